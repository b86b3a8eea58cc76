"""One of each thing that addresses lead to, all of one member's, and somebody for each role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.http import SimpleCookie
from django.test import Client

from gallery import notify, runs
from gallery.api.tokens import token_make
from gallery.batches.services import batch_submit
from gallery.community.models import Comment, Profile
from gallery.intake import services as intake
from gallery.links.models import ShareLink
from gallery.models import Album, Ban, Batch, Rendering, Style, Tag
from gallery.owners import Owner
from tests import cast
from tests.community import make_album
from tests.members import make_member, owner
from webstyle.engine.events import Result

ROLES = ("nobody", "guest", "owner", "other", "moderator", "staff")
ABSENT = "00000000-0000-4000-8000-000000000000"


@dataclass
class World:
    """``items`` are private, ``shown`` are the same published: name -> what an address takes."""

    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    items: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    shown: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    def client(self, role: str, *, careful: bool = False) -> Client:
        """A browser of ``role``, as it was when the world began."""
        client = Client(enforce_csrf_checks=careful)
        client.cookies = SimpleCookie(self.cookies[role].output(header="", sep=";"))
        return client

    def add(self, name: str, row: Any, shown: Any = None) -> None:
        self.items[name] = (row.pk,)
        self.rows[name] = row
        if shown is not None:
            self.shown[name] = (shown.pk,)
            self.rows[f"shown {name}"] = shown


def people(world: World) -> dict[str, Any]:
    """Who looks. A guest has a session, and nothing; nobody has not even that."""
    users = {role: make_member(role) for role in ROLES[2:]}
    users["moderator"].user_permissions.add(Permission.objects.get(codename="moderate"))
    staff = users["staff"]
    staff.is_staff = staff.is_superuser = True
    staff.save()
    world.cookies["nobody"] = SimpleCookie()
    world.cookies["guest"] = cast.client_of(Owner(guest="somebody-else")).cookies
    for role, user in users.items():
        client = Client()
        client.force_login(user)
        world.cookies[role] = client.cookies
    return users


def build(result: Result) -> World:
    world = World()
    users = people(world)
    user = users["owner"]
    me = owner(user)
    Profile.objects.create(user=user, about="I paint.")
    painted = pictures(world, me, result)
    works(world, me)
    around(world, me, user, painted)
    watched(world, me, user, painted["public"])
    return world


def pictures(world: World, me: Owner, result: Result) -> dict[str, Rendering]:
    photo, shown_photo = cast.make_photo(me), cast.make_photo(me)
    first, second = cast.submit(photo), cast.submit(shown_photo)
    for job in (first, second):
        runs.Run(cast.claim(), notify.publish, lambda: False).finish(result, seconds=0.5)
        job.refresh_from_db()
    second.change(public=True, published=second.created, show_photo=True)
    Tag.objects.create(rendering=second, word="sea")
    world.add("photo", photo, shown_photo)
    world.add("mask", cast.make_mask(photo))
    world.add("picture", first, second)
    states = {"queued": {}, "failed": {"error": "Broken"}, "paused": {"lane": "slow"}}
    for state, values in states.items():
        row = cast.submit(photo)
        row.change(state=state, **values)
        world.add(state, row)
    return {"private": first, "public": second}


def works(world: World, me: Owner) -> None:
    world.add("painting", cast.make_painting(me), cast.make_painting(me, public=True))
    world.add("style", cast.make_taught(me), cast.make_taught(me, public=True))
    world.add("lesson", cast.make_taught(me, state="queued"))
    world.add("failed lesson", cast.make_taught(me, state="failed"))


def around(world: World, me: Owner, user: Any, painted: dict[str, Rendering]) -> None:
    """Albums, words, links and a batch of these pictures."""
    private, public = painted["private"], painted["public"]
    world.add(
        "album", make_album([private], me, title="Mine"),
        make_album([public], me, "public", title="Ours"),
    )  # fmt: skip
    world.add("comment", Comment.objects.create(owner=user, rendering=public, text="My own"))
    batch = batch_submit(me, [private.photo], ["udnie"], 64)
    Rendering.objects.filter(batch=batch).update(
        state="done", result=private.result.name, view=private.view.name, thumb=private.thumb.name
    )
    world.add("batch", Batch.objects.get(pk=batch.pk))
    album = Album.objects.get(pk=world.items["album"][0])
    links = {
        "link": ShareLink(rendering=private, allow_download=True, show_photo=True, **me.fields),
        "album link": ShareLink(album=album, allow_download=True, show_photo=True, **me.fields),
    }
    for name, link in links.items():
        link.save(force_insert=True)
        world.add(name, link)
        world.items[f"{name} token"] = (link.token,)
    world.items["owner's name"] = (user.get_username(),)
    world.items["word"] = ("sea",)
    world.items["built-in style"] = ("udnie",)
    card = Style(slug="udnie", fingerprint="0" * 64, card_width=256, card_height=170)
    card.card.save("styles/udnie.webp", ContentFile(cast.encoded("coffee.png", "webp")))


def watched(world: World, me: Owner, user: Any, public: Rendering) -> None:
    """What those who watch over the site look at; and what programs leave."""
    world.items["case"] = ("picture", public.pk)
    world.add("ban", Ban.objects.create(guest="long-gone", reason="spam"))
    world.add("arrival", intake.begin(me, 9, "cup.jpg", ""))
    token, _ = token_make(user, "A program", ["read"], None)
    world.add("token", token)
