"""A style goes out as a file and comes in as one, here or elsewhere; nothing else does."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import Settings
from safetensors.numpy import load, save

from gallery.models import Photo, TaughtStyle
from gallery.owners import Owner
from tests import cast
from tests.api import paint
from tests.cast import GUEST, STRANGER, make_taught, style_file
from webstyle.engine.weights import FORMAT, autoencoder_fingerprint

JSON = {"headers": {"Accept": "application/json"}}


def send(client: Client, data: bytes, name: str = "dusk.safetensors", **how):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("style_import"), {"file": file}, **how)


def metadata_of(data: bytes) -> dict[str, str]:
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length])["__metadata__"]


def changed(change: Callable[[dict[str, np.ndarray]], object]) -> bytes:
    """A style's file with other numbers in it."""
    data = style_file()
    tensors = {name: array.copy() for name, array in load(data).items()}
    change(tensors)
    return save(tensors, metadata_of(data))


def first_bank(tensors: dict[str, np.ndarray]) -> str:
    return min(name for name in tensors if not name.startswith("gram."))


def reshape(tensors: dict[str, np.ndarray]) -> None:
    name = first_bank(tensors)
    tensors[name] = tensors[name].reshape(-1)


def spoil(tensors: dict[str, np.ndarray]) -> None:
    tensors[first_bank(tensors)].reshape(-1)[7] = np.nan


def test_a_file_becomes_a_style_with_a_card(guest: Client, run_queue: Callable[[], None]) -> None:
    answer = send(guest, style_file(title="Blue", artist="Yves", year="1960"), **JSON)
    assert answer.status_code == 201
    style = TaughtStyle.objects.get()
    assert answer.json()["id"] == str(style.pk)
    assert not TaughtStyle.objects.usable(GUEST).exists()
    run_queue()
    style.refresh_from_db()
    assert (style.state, style.error) == ("done", "")
    assert (style.title, style.artist, style.year) == ("Blue", "Yves", 1960)
    assert style.belongs_to(GUEST)
    assert not style.public
    card = Image.open(style.thumb.open())
    assert card.size == (style.width, style.height)
    assert max(card.size) == 384
    page = guest.get(style.get_absolute_url())
    assert page.status_code == 200
    assert not page.context["can_teach_on"]


def test_exported_and_imported_it_paints_the_same_picture(
    guest: Client, stranger: Client, photo: Photo, run_queue: Callable[[], None], settings: Settings
) -> None:
    settings.PROVENANCE = False  # what names the one picture or the other
    style = make_taught()
    sent = guest.get(reverse("style_download", args=[style.pk]))
    assert (
        sent["Content-Disposition"]
        == f'attachment; filename="dusk-{str(style.pk)[:8]}.safetensors"'
    )
    assert sent["Cache-Control"] == "private, no-cache"
    assert send(stranger, sent.content, **JSON).status_code == 201
    theirs = cast.make_photo(STRANGER)
    run_queue()
    copy = TaughtStyle.objects.of(STRANGER).get()
    assert copy.fingerprint
    assert copy.pk != style.pk
    for client, item, ref in ((guest, photo, style.ref), (stranger, theirs, copy.ref)):
        painted = paint(client, item, style=ref)
        assert painted.status_code == 201, painted.text
    run_queue()
    first, second = (item.renderings.get() for item in (photo, theirs))
    assert first.state == second.state == "done"
    assert first.result.open().read() == second.result.open().read()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        style_file()[:-1000],
        style_file()[:100],
        struct.pack("<Q", 2**60) + b"{}",
        pickle.dumps({"weights": [1.0]}),
        style_file(autoencoder="0" * 16),
        style_file(format="pickle/1"),
        style_file(title=""),
        style_file(title="x" * 200),
        style_file(year="soon"),
        changed(reshape),
        changed(spoil),
        changed(lambda tensors: tensors.pop(first_bank(tensors))),
        changed(lambda tensors: tensors.update(extra=np.zeros(3, np.float16))),
        save({"a": np.zeros(3, np.float16)}, {"format": FORMAT, "title": "A", "artist": "",
             "licence": "", "autoencoder": autoencoder_fingerprint()}),
        style_file() + bytes(5_000_000),
        cast.encoded("coffee.png"),
    ],
    ids=["empty", "zip", "cut", "cut early", "huge header", "pickle", "other autoencoder",
         "other format", "no title", "long title", "year", "shape", "nan", "missing", "extra",
         "other tensors", "large", "photo"],
)  # fmt: skip
def test_what_is_no_style_of_ours_is_refused_in_words(guest: Client, data: bytes) -> None:
    answer = send(guest, data, **JSON)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert ": " in error
    assert len(error) < 200
    assert "\n" not in error
    assert not TaughtStyle.objects.exists()
    assert not [name for name in cast.stored_files() if "taught" in name]


@pytest.mark.parametrize(
    ("training", "figures"),
    [
        ('{"minutes": 2, "steps": 30, "start": "udnie", "note": "x"}', {"minutes": 2, "steps": 30}),
        ('{"minutes": NaN, "style": Infinity, "content": "much"}', {}),
        (f'{{"steps": {10**400}}}', {}),
        ('["minutes", 2]', {}),
    ],
)
def test_of_what_it_says_of_its_training_only_figures_are_believed(
    guest: Client, training: str, figures: dict
) -> None:
    assert send(guest, style_file(training=training), **JSON).status_code == 201
    style = TaughtStyle.objects.get()
    assert style.figures == figures
    assert guest.get(style.get_absolute_url()).status_code == 200


def test_without_a_script_one_is_led_to_it_or_back_with_a_word(guest: Client) -> None:
    answer = send(guest, style_file())
    assert answer["Location"] == TaughtStyle.objects.get().get_absolute_url()
    answer = send(guest, b"nothing")
    assert answer["Location"] == reverse("mine")
    assert "safetensors" in guest.get(reverse("mine")).text
    assert guest.post(reverse("style_import")).status_code == 302


def test_a_newcomer_owns_what_they_bring(client: Client, db: None) -> None:
    assert send(client, style_file(), **JSON).status_code == 201
    assert TaughtStyle.objects.get().owned_by not in (Owner(), GUEST)


def test_whoever_may_use_it_may_have_the_file(guest: Client, stranger: Client) -> None:
    address = reverse("style_download", args=[make_taught().pk])
    shared = reverse("style_download", args=[make_taught(public=True).pk])
    learning = reverse("style_download", args=[make_taught(state="running").pk])
    assert [guest.get(a).status_code for a in (address, shared, learning)] == [200, 200, 404]
    assert [stranger.get(a).status_code for a in (address, shared, learning)] == [404, 200, 404]
