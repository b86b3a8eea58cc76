"""An account with a row in every model, and a file in every column, is deleted, and exported.

The models, their columns and the places that files lie in are not listed here: they are looked up.
A model that is added later and belongs to somebody fails these tests until ``fill`` has a row of
it; so does a column that ``fill`` leaves empty, and one of words that the export leaves out.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import mixing, scratch, services, taught
from gallery.accounts.belongings import owned_models
from gallery.community.pictures import picture_describe
from gallery.intake import services as intake
from gallery.limits import usage
from gallery.models import (
    Album,
    ApiToken,
    Ban,
    Batch,
    Comment,
    ErrorEntry,
    Facet,
    Favourite,
    KeptAnswer,
    Listing,
    Painting,
    Photo,
    Profile,
    Rendering,
    Report,
    ShareLink,
    TaughtStyle,
    TrailEntry,
)
from gallery.moderation import trail
from tests import cast
from tests.api import make_token
from tests.backends import cached_keys
from tests.community import make_album, pictures_of, say
from tests.gallery.test_accounts_deleting import delete, every_value
from tests.gallery.test_accounts_export import exported, manifest
from tests.members import make_member, owner, sign_in, signed_in
from webstyle.engine.weights import taught_file

User = get_user_model()
NAME = "vincent"
# Columns that hold no words of their owner's: what the site itself writes, and choices.
OF_THE_SITE = {
    "guest", "colour", "lane", "engine", "worker", "stage", "error", "fingerprint", "token",
    "password", "hidden_reason", "device", "made", "note",
}  # fmt: skip
MADE_OF_OTHERS = {"view", "thumb", "preview", "checkpoint"}  # files that the export leaves out


def links_to(model: Any) -> set[Any]:
    """The models that its foreign keys point to."""
    return {
        field.related_model
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    }


def models_of_people() -> set[Any]:
    """All from which foreign keys lead to a user, over however many others."""
    everything = set(apps.get_models(include_auto_created=True))
    found: set[Any] = {User}
    while more := {model for model in everything - found if links_to(model) & found}:
        found |= more
    return found


def words_of(model: Any) -> list[str]:
    """Its columns of words."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in OF_THE_SITE
    ]


def files_of(model: Any) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.name for field in fields if isinstance(field, models.FileField)]


def trace(model: Any, column: str) -> str:
    return f"trace {model.__name__.lower()} {column.replace('_', '')}"


class World:
    """``user`` is filled with all there is; ``greta`` has things of her own, and some of his."""

    def __init__(self, painted: Rendering) -> None:
        self.greta = make_member("greta")
        (self.hers,) = pictures_of(self.greta, painted)
        self.before = {model: self.pks(model) for model in models_of_people()}
        self.files = cast.stored_files()
        self.user = make_member(NAME)
        self.fill(painted)

    @staticmethod
    def pks(model: Any) -> set[Any]:
        rows = model._base_manager
        if model is Facet:  # written anew whenever the picture changes
            return set(rows.values_list("listing", "key"))
        return set(rows.values_list("pk", flat=True))

    def fill(self, painted: Rendering) -> None:
        user, mine = self.user, owner(self.user)
        photo = cast.make_photo(mine, "rocket.jpg")
        picture = self.picture = cast.copies(
            painted, 1, photo=photo, owner=user, guest="", public=True
        )[0]
        for name in ("result", "view", "thumb"):
            with getattr(painted, name).open("rb") as file:
                data = file.read()
            suffix = Path(getattr(painted, name).name).suffix
            getattr(picture, name).save(f"{picture.folder}/{name}{suffix}", ContentFile(data))
        self.painting = cast.make_painting(mine, public=True)
        region = ContentFile(cast.encoded("rocket.jpg", "png", 128))
        self.painting.region.save(f"{self.painting.folder}/region.png", region)
        self.style = cast.make_taught(mine, public=True, lesson={"minutes": 1})
        mask = cast.make_mask(photo)
        for job in (picture, self.style):
            job.change(preview=scratch.save_preview(job, b"preview"),
                       checkpoint=scratch.save_checkpoint(job, b"checkpoint"))  # fmt: skip
        ErrorEntry.objects.create(job=str(picture.pk), message="trace of an error")
        recipe = {"styles": [["udnie", 1.0], [self.style.ref, 1.0]]}
        picture.change(recipe=picture.recipe | recipe | {"masks": [["udnie", str(mask.pk)]]})
        batch = Batch.objects.create(**mine.fields, styles=["udnie"])
        picture.change(batch=batch)
        picture_describe(picture, ["sea"], name="x")
        album = make_album([picture], mine, "public", cover=picture)
        Profile.objects.create(user=user)
        ShareLink.objects.create(rendering=picture, **mine.fields)
        self.link = ShareLink.objects.create(album=album, **mine.fields)
        for where, name in ((picture, NAME), (self.hers, NAME), (picture, "greta")):
            assert say(where, name=name).pk
        for who, what in ((user, picture), (user, self.hers), (self.greta, picture)):
            Favourite.objects.create(user=who, rendering=what)
        Report.objects.create(rendering=picture, reporter=self.greta, reason="spam")
        self.report = Report.objects.create(
            rendering=self.hers, reporter=user, reason="spam", words=trace(Report, "words")
        )
        over = {"until": timezone.now(), "lifted": timezone.now()}
        Ban.objects.create(owner=user, reason="spam", **over)
        self.decided = trail.note_thing(
            self.greta, "hidden", self.painting, reason="spam", words=trace(TrailEntry, "words")
        )
        make_token(user)
        user.api_tokens.update(title=trace(ApiToken, "title"))
        KeptAnswer.objects.create(name="trace", request="trace", body={"trace": 1}, owner=user)
        user.groups.add(Group.objects.create(name="painters"))
        user.user_permissions.add(Permission.objects.first())
        EmailConfirmation.create(EmailAddress.objects.get(user=user)).save()
        kind = ContentType.objects.get_for_model(Photo)
        for about in (str(photo.pk), str(self.hers.photo_id)):
            LogEntry.objects.create(user=user, content_type=kind, object_id=about,
                                    object_repr="trace of a log", action_flag=CHANGE)  # fmt: skip
        intake.append(intake.begin(mine, 9, "x.jpg", ""), 0, io.BytesIO(b"half"))
        for model in owned_models():  # every column of words, whatever there is
            for row in model._base_manager.filter(owner=user):
                values = {column: trace(model, column) for column in words_of(model)}
                model._base_manager.filter(pk=row.pk).update(**values)
        Profile.objects.update(about=trace(Profile, "about"))
        titles = {"title": trace(TaughtStyle, "title"), "artist": trace(Painting, "artist")}
        named = {self.style.ref: titles, self.painting.ref: titles, "udnie": {"title": "Udnie"}}
        # By somebody else, after his painting and by his style.
        self.remix = cast.copies(self.hers, 1, remix_of=picture, styles_named=named)[0]
        picture.change(styles_named=named)
        services.remove(cast.make_photo(mine))  # and something he deleted himself
        usage.worked(mine, "fast", 1.5)

    def of_his(self, model: Any) -> set[Any]:
        """But for what stays although it came with ``fill``: it is somebody else's."""
        found = self.pks(model) - self.before[model]
        if model is Facet:
            return {(picture, key) for picture, key in found if picture != self.remix.pk}
        stays = {
            Rendering: {self.remix.pk}, Listing: {self.remix.pk}, Report: {self.report.pk},
            TrailEntry: {self.decided.pk},
        }  # fmt: skip
        return found - stays.get(model, set())


@pytest.fixture
def world(painted: Rendering, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(mixing, "close_old_connections", lambda: None)  # this test's own one
    return World(painted)


def test_every_model_of_people_and_every_file_has_a_row_here(world: World) -> None:
    for model in models_of_people() - {TrailEntry}:  # what was decided stays, without him
        assert world.of_his(model), f"fill makes no {model.__name__}: see the head of this file"
    for model in owned_models():
        for column in files_of(model):
            filled = model._base_manager.filter(owner=world.user).exclude(**{column: ""})
            assert filled.exists(), f"fill leaves {model.__name__}.{column} empty"


def test_nothing_of_it_is_left_anywhere(world: World) -> None:
    user = world.user
    member, elsewhere = signed_in(user), signed_in(user)
    sign_in(Client(), NAME, "wrong")
    member.post(reverse("picture_comment", args=[world.hers.pk]), {"text": "trace of a comment"})
    exported(member)
    for size in (1200, 320):
        address = reverse("picture_jpeg", args=[world.picture.pk, size])
        assert Client().get(address).status_code == 200
    world.link.set_password("sesame")
    world.link.save()
    Client().post(world.link.get_absolute_url(), {"password": "wrong"})
    taught.bring(world.style)
    fetched = taught_file(str(world.style.pk))
    assert fetched.exists()
    mixed = mixing_of(world.picture.photo, world.hers.photo)
    ids = {str(pk) for model in owned_models() for pk in world.of_his(model)}
    refs = {str(world.style.pk), str(world.painting.pk)}  # her recipe says what it was painted by
    assert "trace" in every_value()

    delete(member)

    for model in models_of_people():
        assert world.of_his(model) == set(), f"rows of {model.__name__} are left"
        assert world.before[model] <= world.pks(model), f"rows of {model.__name__} are gone"
    left = every_value()
    for word in ("trace", NAME, f"{NAME}@example.org", *(ids - refs)):
        assert word not in left, word
    assert cast.stored_files() == world.files
    assert not {part for folder in cast.stored_folders() for part in folder.split("/")} & ids
    assert not fetched.exists()
    assert not [p for p in Path(settings.VAR).rglob("*") if any(pk in p.name for pk in ids)]
    assert elsewhere.get(reverse("account")).status_code == 302
    sessions = [session.get_decoded() for session in Session.objects.all()]
    assert str(user.pk) not in [session.get("_auth_user_id") for session in sessions]
    assert [key for key in cached_keys() if "/ip:" not in key] == []
    mixed.forget()
    assert mixed.mixer.keys == {str(world.hers.photo_id)}


def mixing_of(*photos: Photo) -> mixing.MixLane:
    """A worker in which these photos have just been mixed."""
    lane = mixing.MixLane()
    for photo in photos:
        opened = functools.partial(mixing.open_photo, str(photo.pk))
        lane.mixer.picture(str(photo.pk), opened, cast.SMALL)
    assert len(lane.mixer.keys) == len(photos)
    assert lane.mixer.used > 0
    return lane


def test_what_is_forgotten_takes_no_room(world: World) -> None:
    lane = mixing_of(world.picture.photo)
    lane.forget()
    assert lane.mixer.keys
    lane.mixer.forget(lane.mixer.keys)
    assert (lane.mixer.used, lane.mixer.keys) == (0, set())


def test_what_others_made_of_it_stays_theirs_and_names_nothing(world: World) -> None:
    delete(signed_in(world.user))
    remix = Rendering.objects.get(pk=world.remix.pk)
    assert (remix.owner, remix.remix_of) == (world.greta, None)
    assert remix.styles_named == {"udnie": {"title": "Udnie"}}
    titles = [remix.name_of(ref)["title"] for ref in (world.style.ref, world.painting.ref)]
    assert titles == ["A style", "A painting"]
    report = Report.objects.get()
    assert (report.reporter, report.words, report.reason) == (None, "", "spam")
    entry = TrailEntry.objects.get()
    assert (entry.action, entry.reason, entry.actor) == ("hidden", "spam", world.greta)
    assert (entry.subject, entry.target, entry.title, entry.words) == (None, "", "", "")
    assert not Comment.objects.exists()
    assert not Favourite.objects.exists()
    assert not Album.objects.exists()


def test_the_export_opens_and_has_every_row_file_and_word(world: World) -> None:
    archive = exported(signed_in(world.user))
    assert archive.testzip() is None
    told = manifest(archive)["things"]
    read = {name: archive.read(name) for name in archive.namelist()}
    said = b"\n".join(data for name, data in read.items() if name.endswith(".json")).decode()
    for model in owned_models():
        for row in model.objects.kept().filter(owner=world.user):
            (entry,) = [thing for thing in told if thing["id"] == str(row.pk)]
            for column in files_of(model):
                field = getattr(row, column)
                if not field or column in MADE_OF_OTHERS:
                    continue
                with field.open("rb") as file:
                    data = file.read()
                inside = [name for name in entry["files"] if read[name] == data]
                assert inside, f"{model.__name__}.{column} is not in the export"
        for column in words_of(model):
            assert trace(model, column) in said, f"{model.__name__}.{column} is not in the export"
    told = json.loads(read["moderation.json"])
    assert [entry["target"] for entry in told["decisions"]] == [str(world.painting.pk)]
    assert [ban["reason"] for ban in told["bans"]] == ["spam"]
    about = json.loads(read["about.json"])
    assert about["about"] == trace(Profile, "about")
    assert [token["title"] for token in about["tokens"]] == [trace(ApiToken, "title")]
    assert set(about["favourites"]) == {str(world.picture.pk), str(world.hers.pk)}
    for secret in ("greta", world.link.token, str(world.greta.email)):
        assert secret not in said
    for name, data in read.items():
        if name.endswith((".jpg", ".png")):
            Image.open(io.BytesIO(data)).load()
    assert isinstance(archive, zipfile.ZipFile)
