"""Hidden: only the owner sees it. Taken down: nobody does, and after some days it is erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import purging, taught
from gallery.batches.models import Batch
from gallery.batches.services import table_of
from gallery.community.pictures import picture_describe
from gallery.links.models import ShareLink
from gallery.models import Comment, Profile, Rendering, TrailEntry
from gallery.moderation.services import DecidedError, decide
from gallery.moderation.sweep import sweep
from gallery.named import find_style
from gallery.owners import Owner
from tests.cast import (
    GUEST,
    STRANGER,
    body,
    make_painting,
    make_taught,
    stored_files,
    stored_folders,
    submit,
)
from tests.community import make_album, pictures_of, say
from tests.gallery.test_accounts_export import exported, manifest
from tests.gallery.test_who_sees_what import answers, photo_addresses, picture_addresses
from tests.members import make_member, signed_in
from tests.moderation import REASON, decision, make_moderator, make_report
from webstyle.engine.events import EngineError
from webstyle.engine.weights import taught_file


@pytest.fixture
def mona(db: None) -> Any:
    return make_moderator()


def take_down(mona: Any, thing: Any, **values: Any) -> None:
    decide(mona, thing, decision("withdrawn", **values))
    thing.refresh_from_db()


def long_ago(thing: Any) -> None:
    """It was taken down before the days in which it could be brought back."""
    when = timezone.now() - timedelta(days=settings.WITHDRAWN_DAYS, seconds=1)
    type(thing)._base_manager.filter(pk=thing.pk).update(withdrawn=when)


def everywhere(picture: Rendering) -> list[str]:
    """Where a public picture leaves the site, besides its own addresses."""
    asked = reverse("oembed", query={"url": f"http://testserver{picture.get_absolute_url()}"})
    return [
        *picture_addresses(picture), reverse("picture_jpeg", args=[picture.pk, 320]),
        reverse("remix", args=[picture.pk]), reverse("picture_report", args=[picture.pk]), asked,
    ]  # fmt: skip


def walls(picture: Rendering, album: Any) -> list[str]:
    return [
        reverse("home"), reverse("gallery"), reverse("gallery_feed"), album.get_absolute_url(),
        reverse("built_in_style", args=["udnie"]), f"{reverse('gallery')}?q=udnie",
    ]  # fmt: skip


def test_a_picture_that_is_taken_down_is_nowhere_any_more(
    hung: Rendering, guest: Client, stranger: Client, mona: Any
) -> None:
    hung.change(show_photo=True)
    album = make_album([hung], GUEST, "public")
    links = [ShareLink.objects.create(**shows, allow_download=True, **GUEST.fields)
             for shows in ({"rendering": hung}, {"album": album})]  # fmt: skip
    shared = [link.get_absolute_url() for link in links]
    shared += [reverse("share_file", args=[links[0].token, "view"]),
               reverse("share_download", args=[links[0].token, "png"]),
               reverse("share_album_file", args=[links[1].token, 1, "view"]),
               reverse("share_zip", args=[links[1].token])]  # fmt: skip
    batch = Batch.objects.create(styles=["udnie"], **GUEST.fields)
    hung.change(batch=batch)
    beside = [hung.photo.view_url, hung.photo.thumb_url]
    assert answers(stranger, everywhere(hung) + shared + beside) == {200}
    assert all(str(hung.pk) in stranger.get(path).text for path in walls(hung, album))

    take_down(mona, hung)

    *own, oembed = everywhere(hung)
    assert answers(stranger, own) == {410}
    assert answers(guest, own) == {410}
    assert answers(stranger, [oembed]) == {404}
    assert answers(stranger, beside) == {404}
    assert answers(stranger, [shared[0], *shared[2:]]) == {404}
    assert "1 picture" not in stranger.get(shared[1]).text
    for path in walls(hung, album):
        assert str(hung.pk) not in stranger.get(path).text, path
    for path in (reverse("mine"), hung.photo.get_absolute_url(), album.get_absolute_url()):
        assert str(hung.pk) not in guest.get(path).text, path
    assert table_of(batch).pictures == []
    assert guest.get(reverse("batch_zip", args=[batch.pk])).status_code == 404
    archive = exported(guest)
    assert "picture" not in {thing["kind"] for thing in manifest(archive)["things"]}
    assert not [name for name in archive.namelist() if name.startswith("pictures/")]
    for wish in ("picture_publish", "picture_delete", "picture_retry"):
        assert guest.post(reverse(wish, args=[hung.pk]), {"public": "1"}).status_code == 410
        assert stranger.post(reverse(wish, args=[hung.pk])).status_code == 404


def test_its_address_says_why_to_whoever_could_see_it(
    hung: Rendering, guest: Client, stranger: Client, mona: Any
) -> None:
    take_down(mona, hung)
    page = stranger.get(hung.get_absolute_url())
    assert page.status_code == 410
    assert "This picture was withdrawn" in page.text
    assert REASON in page.text
    assert "bring it back" not in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "private, no-store"  # browsers keep a 410 for ever otherwise
    page = guest.get(hung.get_absolute_url())
    assert page.status_code == 410
    assert "they can bring it back" in page.text
    assert "write to whoever runs this site" in page.text
    state = stranger.get(reverse("v1:picture", args=[hung.pk]), HTTP_ACCEPT="application/json")
    assert (state.status_code, REASON in state.json()["error"]) == (410, True)


def test_of_what_was_private_others_are_not_told_that_it_was_there(
    painted: Rendering, guest: Client, stranger: Client, mona: Any
) -> None:
    take_down(mona, painted)
    assert stranger.get(painted.get_absolute_url()).status_code == 404
    assert guest.get(painted.get_absolute_url()).status_code == 410


@pytest.mark.parametrize("contact", ["", "moderators@example.org"])
def test_the_owner_is_told_how_to_object(
    hung: Rendering, guest: Client, mona: Any, contact: str, settings: Any
) -> None:
    settings.MODERATORS_CONTACT = contact
    take_down(mona, hung)
    said = f"write to {contact or 'whoever runs this site'}."
    for path in (hung.get_absolute_url(), reverse("decisions")):
        assert said in guest.get(path).text


def test_until_it_is_erased_a_moderator_brings_it_back_as_it_was(
    hung: Rendering, stranger: Client, mona: Any
) -> None:
    take_down(mona, hung)
    assert sweep() == 0
    decide(mona, hung, decision("restored"))
    assert answers(stranger, picture_addresses(hung)) == {200}
    assert hung.is_shown


def test_then_its_files_and_words_are_gone_and_its_address_still_says_so(
    hung: Rendering, guest: Client, stranger: Client, mona: Any
) -> None:
    picture_describe(hung, ["sea"], name="A name", alt="Words", caption_text="More words")
    stranger.get(reverse("picture_jpeg", args=[hung.pk, 320]))
    assert hung.folder in stored_folders()
    take_down(mona, hung)
    long_ago(hung)
    assert purging.purge() == 1
    assert purging.purge() == 0
    assert hung.folder not in stored_folders()
    hung.refresh_from_db()
    assert (hung.name, hung.alt, hung.caption_text, hung.tags) == ("", "", "", [])
    assert not hung.result
    assert hung.photo.original.storage.exists(hung.photo.original.name)
    for client in (guest, stranger):
        page = client.get(hung.get_absolute_url())
        assert page.status_code == 410
        assert REASON in page.text
    with pytest.raises(EngineError, match="cannot be brought back"):
        decide(mona, hung, decision("restored"))
    erased = TrailEntry.objects.first()
    assert erased is not None
    assert (erased.action, erased.role, erased.actor) == ("erased", "site", None)


def test_the_photograph_goes_with_it_if_the_moderator_says_so(
    hung: Rendering, guest: Client, mona: Any
) -> None:
    waiting = submit(hung.photo)
    take_down(mona, hung, with_photo=True)
    waiting.refresh_from_db()
    assert (waiting.state, bool(waiting.withdrawn)) == ("cancelled", True)
    assert answers(guest, photo_addresses(hung.photo)) == {410}
    decide(mona, hung, decision("restored"))
    assert answers(guest, photo_addresses(hung.photo)) == {200}
    waiting.refresh_from_db()
    assert waiting.withdrawn is None
    take_down(mona, hung, with_photo=True)
    for thing in (hung, hung.photo, waiting):
        long_ago(thing)
    sweep()
    assert stored_files() == []


def test_nobody_paints_by_a_painting_or_a_style_that_is_taken_down(
    hung: Rendering, stranger: Client, mona: Any
) -> None:
    for thing in (make_painting(public=True), make_taught(public=True)):
        assert find_style(STRANGER, thing.ref)
        take_down(mona, thing)
        for who in (GUEST, STRANGER, Owner()):
            with pytest.raises(EngineError):
                find_style(who, thing.ref)
        decide(mona, thing, decision("restored"))
        decide(mona, thing, decision("hidden"))
        assert find_style(GUEST, thing.ref)  # its owner may, as long as it is only hidden
        with pytest.raises(EngineError):
            find_style(STRANGER, thing.ref)


def test_the_weights_of_a_style_that_is_erased_leave_every_machine(db: None, mona: Any) -> None:
    style = make_taught(public=True)
    taught.bring(style)
    take_down(mona, style)
    long_ago(style)
    purging.purge()
    style.refresh_from_db()
    assert not style.weights
    assert not taught_file(str(style.pk)).exists()
    assert stored_files() == []


@pytest.mark.parametrize("make", [make_painting, make_taught])
def test_a_shared_thing_that_is_hidden_is_its_owners_alone(
    make: Any, guest: Client, stranger: Client, mona: Any
) -> None:
    thing = make(public=True)
    path = thing.thumb_url
    assert answers(stranger, [path]) == {200}
    decide(mona, thing, decision("hidden"))
    assert answers(stranger, [path]) == {404}
    assert answers(guest, [path]) == {200}
    decide(mona, thing, decision("restored"))
    assert answers(stranger, [path]) == {200}


def test_an_album_that_is_hidden_or_taken_down(
    hung: Rendering, guest: Client, stranger: Client, mona: Any
) -> None:
    album = make_album([hung], GUEST, "public")
    link = ShareLink.objects.create(album=album, **GUEST.fields).get_absolute_url()
    decide(mona, album, decision("hidden"))
    assert answers(stranger, [album.get_absolute_url(), link]) == {404}
    assert "only you see it" in guest.get(album.get_absolute_url()).text
    take_down(mona, album)
    assert answers(stranger, [album.get_absolute_url()]) == {410}
    assert answers(stranger, [hung.get_absolute_url()]) == {200}
    assert "taken down" in guest.get(reverse("decisions")).text.lower()
    long_ago(album)
    sweep()
    album.refresh_from_db()
    assert (album.title, album.description) == ("", "")


def test_a_comment_that_is_hidden_is_read_by_who_said_it(
    hung: Rendering, guest: Client, stranger: Client, mona: Any
) -> None:
    comment = say(hung, "Buy pills")
    theo = Client()
    theo.force_login(comment.owner)
    decide(mona, comment, decision("hidden"))
    for who, reads in ((stranger, False), (guest, False), (theo, True)):
        assert ("Buy pills" in who.get(hung.get_absolute_url()).text) is reads
    take_down(mona, comment)
    assert "Buy pills" not in theo.get(hung.get_absolute_url()).text
    long_ago(comment)
    sweep()
    assert not Comment.objects.exists()


def test_a_member_whose_page_is_hidden_is_named_nowhere(
    hung: Rendering, stranger: Client, mona: Any
) -> None:
    user = make_member("vincent")
    (picture,) = pictures_of(user, hung)
    profile = Profile.objects.create(user=user, about="Buy pills")
    assert "vincent" in stranger.get(picture.get_absolute_url()).text
    decide(mona, profile, decision("hidden"))
    assert "vincent" not in stranger.get(picture.get_absolute_url()).text
    assert answers(stranger, [profile.get_absolute_url()]) == {404}
    assert "only you see it" in signed_in(user).get(profile.get_absolute_url()).text


def test_the_owner_is_told_by_mail_where_there_is_a_confirmed_address(
    hung: Rendering, mona: Any, django_capture_on_commit_callbacks: Any
) -> None:
    told, untold = make_member("vincent"), make_member("paul", verified=False)
    for user in (told, untold):
        (picture,) = pictures_of(user, hung, name="Sunflowers")
        for action in ("hidden", "withdrawn", "restored", "left"):
            if action == "withdrawn":
                picture.change(hidden_by_moderator=False)
            with django_capture_on_commit_callbacks(execute=True):
                decide(mona, picture, decision(action))
    assert [mail.to for mail in mail.outbox] == [["vincent@example.org"]] * 3
    hidden, withdrawn, restored = mail.outbox
    assert "hidden something of yours" in hidden.subject
    assert "taken down something of yours" in withdrawn.subject
    assert "restored something of yours" in restored.subject
    for message in (hidden, withdrawn):
        assert "Sunflowers" in message.body
        assert REASON in message.body
        assert "write to whoever runs this site" in message.body
    assert "Until" in withdrawn.body
    assert REASON not in restored.body


def test_a_mail_that_cannot_be_sent_changes_nothing(
    hung: Rendering, mona: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_BACKEND = "no.such.Backend"
    (picture,) = pictures_of(make_member("vincent"), hung)
    with django_capture_on_commit_callbacks(execute=True):
        decide(mona, picture, decision("hidden"))
    picture.refresh_from_db()
    assert picture.hidden_by_moderator


def test_who_reported_sees_what_was_decided(hung: Rendering, mona: Any) -> None:
    user = make_member("vincent")
    client = signed_in(user)
    make_report(hung, reporter=user)
    assert reverse("decisions") in client.get(reverse("mine")).text
    assert "Not decided yet" in client.get(reverse("decisions")).text
    decide(mona, hung, decision("hidden"))
    assert "Hidden: only its owner sees it" in client.get(reverse("decisions")).text


def test_the_second_of_two_moderators_is_told(hung: Rendering, mona: Any) -> None:
    first, second = decision("hidden", seen=0), decision("left", seen=0)
    decide(mona, hung, first)
    with pytest.raises(DecidedError, match="mona has decided meanwhile: Hidden"):
        decide(make_moderator("max"), hung, second)
    hung.refresh_from_db()
    assert hung.hidden_by_moderator
    assert TrailEntry.objects.count() == 1


def test_what_is_taken_down_cannot_be_taken_down_again(hung: Rendering, mona: Any) -> None:
    take_down(mona, hung)
    for action in ("hidden", "withdrawn"):
        with pytest.raises(EngineError, match="taken down already"):
            decide(mona, hung, decision(action))


def test_a_moderator_still_sees_what_nobody_else_does(
    hung: Rendering, mona: Any, client: Client
) -> None:
    take_down(mona, hung)
    client.force_login(mona)
    answer: HttpResponse = client.get(reverse("moderation_look", args=["picture", hung.pk]))
    assert answer["Cache-Control"] == "private, no-store"
    with hung.view.open("rb") as file:
        assert body(answer) == file.read()
