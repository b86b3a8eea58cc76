"""The plain form, for browsers without JavaScript."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gallery.models import Photo
from tests.cast import encoded


def file(name: str, data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, encoded("coffee.png") if data is None else data)


def send(client: Client, *files: SimpleUploadedFile):
    return client.post(reverse("upload"), {"photo": list(files)}, follow=True)


def test_one_photo_leads_to_its_studio(guest: Client) -> None:
    page = send(guest, file("cup.jpg"))
    photo = Photo.objects.get()
    assert page.redirect_chain[-1][0] == photo.get_absolute_url()
    assert photo.title == "cup"


def test_several_photos_are_taken_at_once(guest: Client) -> None:
    send(guest, file("one.jpg"), file("two.jpg"), file("three.jpg"))
    assert {photo.title for photo in Photo.objects.all()} == {"one", "two", "three"}


def test_a_bad_file_is_named_and_does_not_hinder_the_others(guest: Client) -> None:
    page = send(guest, file("letter.txt", b"Dear sister"), file("cup.jpg"))
    assert Photo.objects.get().title == "cup"
    assert "letter.txt is not a picture we can read" in page.text


def test_a_file_that_is_too_large_is_named_with_the_limit(guest: Client, settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000
    page = send(guest, file("cup.jpg"))
    assert "cup.jpg is larger than" in page.text
    assert not Photo.objects.exists()


def test_an_empty_file_is_named(guest: Client) -> None:
    page = send(guest, file("empty.jpg", b""))
    assert "empty.jpg is empty (0 bytes)" in page.text
    assert not Photo.objects.exists()


def test_a_form_without_a_file_leads_back_with_a_word(guest: Client) -> None:
    page = send(guest)
    assert page.redirect_chain[-1][0] == reverse("home")
    assert "Choose a photo first." in page.text
