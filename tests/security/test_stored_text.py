"""Whatever is typed, or stands in a file, is text on every page, in every feed and in all data."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from gallery.models import Report
from tests.cast import body
from tests.security import poison
from tests.security.asking import address
from tests.security.roles import LINES
from tests.security.test_roles import admin_addresses
from tests.security.world import World

# Where each of these is read, some page shows it: else the test would look at nothing.
SHOWN = {
    "photo.title", "painting.title", "painting.artist", "taughtstyle.title", "taughtstyle.artist",
    "rendering.name", "rendering.caption_text", "rendering.alt", "rendering.error",
    "album.title", "album.description", "comment.text", "profile.about", "batch.title",
    "tag.word", "report.words", "mask.title", "style.title", "style.artist",
}  # fmt: skip
FOUND = re.compile(r"@([a-z]+\.[a-z_]+)@")


@pytest.fixture
def poisoned(world: World) -> World:
    """All of the world, in which every text does harm."""
    picture = world.rows["shown picture"]
    Report.objects.create(rendering=picture, reason=Report.Reason.choices[0][0], words="x")
    poison.poison()
    world.items["word"] = (poison.poisoned()["tag.word"],)
    return world


def addresses(world: World) -> list[str]:
    found = []
    for line in LINES:
        if "GET" not in line.answers or line.name in ("tag", "tag_feed"):  # a tag is letters
            continue
        found += [address(line, world)] + ([address(line, world, shown=True)] if line.shown else [])
    (photo,), (public,) = world.items["photo"], world.shown["picture"]
    found += [f"/photo/{photo}/?show={world.items[name][0]}" for name in ("picture", "failed")]
    found += [f"/picture/{world.items[name][0]}/" for name in ("failed", "queued", "paused")]
    page = f"http://testserver{reverse('picture', args=[public])}"
    found += [reverse("oembed", query={"url": page, "format": kind}) for kind in ("json", "xml")]
    typed = {"q": poison.HARM, "tag": poison.HARM, "style": poison.HARM, "order": poison.HARM}
    found += [reverse("gallery", query={name: value}) for name, value in typed.items()]
    typed = {"mix": poison.HARM, "size": poison.HARM, "next": poison.HARM, "show": poison.HARM}
    found += [f"{reverse('mix_start', query=typed)}", f"{reverse('home', query=typed)}"]
    return found


def faults(where: str, answer: HttpResponse) -> tuple[list[str], str]:
    """What a browser, a reader or a program would take for more than text; and all text of it."""
    data = body(answer)
    kind = answer["Content-Type"].partition(";")[0] if answer.get("Content-Type") else ""
    if kind == "text/html":
        page = poison.read(data.decode())
        return [f"{where}: {fault}" for fault in page.faults], " ".join(page.texts)
    if "xml" in kind:
        root = ElementTree.fromstring(data)
        harm = [f"{where}: {e.tag}" for e in root.iter() if "harm" in e.tag or e.tag == "script"]
        said = " ".join(root.itertext())
        inner = poison.read(" ".join(e.text or "" for e in root.iter("description")))
        return harm + [f"{where}: {fault}" for fault in inner.faults], said
    if kind == "application/json":
        assert answer["X-Content-Type-Options"] == "nosniff"
        return [], str(json.loads(data))
    return [], ""


def walk(client: Client, where: list[str]) -> tuple[list[str], set[str]]:
    found: list[str] = []
    seen: set[str] = set()
    for at in where:
        for headers in ({}, {"Accept": "application/json"}, {"Accept-Language": "zh"}):
            faulty, said = faults(at, client.get(at, headers=headers))
            found += faulty
            seen |= set(FOUND.findall(said))
    return found, seen


def test_no_page_takes_any_of_it_for_more_than_text(poisoned: World) -> None:
    pages = addresses(poisoned)
    own, mine = walk(poisoned.client("owner"), pages)
    others, theirs = walk(poisoned.client("other"), pages)
    staff, inside = walk(poisoned.client("staff"), admin_addresses(poisoned) + pages)
    assert own + others + staff == []
    assert mine | theirs | inside >= SHOWN
    assert "rendering.caption_text" in theirs


def test_what_was_typed_wrong_comes_back_as_text(world: World) -> None:
    """All fields of all forms, in the page that says what is wrong with them."""
    client, found = world.client("owner"), []
    names = ("title", "artist", "year", "name", "caption_text", "alt", "tags", "description",
             "visibility", "text", "about", "words", "reason", "album", "picture", "photo", "style",
             "size", "strength", "minutes", "painting", "lasts", "password", "next", "login",
             "email", "username", "engine", "mask", "mask_style", "extra_style")  # fmt: skip
    sent = dict.fromkeys(names, poison.HARM)
    for line in LINES:
        if "POST" in line.answers:
            for shown in {False, bool(line.shown)}:
                answer = client.post(address(line, world, shown=shown), sent)
                found += faults(line.name, answer)[0]
                assert answer.status_code < 500, line
                if answer.status_code == 302:  # to the page with a message on it
                    led = urlsplit(answer["Location"])
                    assert (led.scheme, led.netloc) == ("", ""), line
                    found += faults(line.name, client.get(f"/{led.path.lstrip('/')}"))[0]
    assert found == []


def test_the_finder_finds() -> None:
    assert poison.read(f"<p>{poison.HARM}</p>").faults
    assert poison.read(f'<p title="{escape(poison.HARM)}">{escape(poison.HARM)}</p>').faults == []
    assert poison.read('<a href="javascript:harm()">').faults
    cut = f'<script type="application/json">{json.dumps(poison.HARM)}</script>'
    assert poison.read(cut).faults


def test_every_text_field_is_either_poisoned_or_known_to_be_none() -> None:
    """So that a new one is thought of: poisoned it is by itself."""
    labels = set(poison.poisoned())
    assert labels >= {name for name in SHOWN if not name.startswith("style.")}
    assert not {name for name in labels if name.endswith(("_url", "_path"))}
