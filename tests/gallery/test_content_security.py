"""No page can run or load what is not ours: nothing inline, and a policy that says so."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from gallery.batches.services import batch_submit
from gallery.models import ErrorEntry, Photo, Profile, Rendering, ShareLink, Tag
from gallery.moderation.services import ban, decide
from tests.cast import GUEST, copies, make_painting, make_taught, submit
from tests.community import make_album, say
from tests.members import PASSWORD, make_member, make_operator, signed_in
from tests.moderation import (
    SPAM,
    address,
    decision,
    make_moderator,
    make_report,
    moderating,
    press,
)


class Inline(HTMLParser):
    """Collects what a strict Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and not given.get("src") and not data):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            told = tag == "link" and given.get("rel") in ("canonical", "alternate")  # never loaded
            loads = name in ("src", "href", "action") and not told
            foreign = loads and str(value).startswith(("http", "//"))
            script = str(value).lower().startswith("javascript:")
            if name == "style" or name.startswith("on") or foreign or script:
                self.found.append(f"<{tag} {name}={value!r}>")


def inline(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


def test_the_finder_finds() -> None:
    assert inline("<p style='color:red' onclick='x()'>") == ["<p style='color:red'>",
                                                             "<p onclick='x()'>"]  # fmt: skip
    assert inline("<script>x()</script><style></style>") == ["<script>", "<style>"]
    assert inline("<script type='application/json'>{}</script><script src='/x.js'></script>") == []


def account_pages(guest: Client) -> list[HttpResponse]:
    """Each page of accounts, with its errors."""
    doors = ("account_login", "account_signup", "account_reset_password")
    inside = ("account", "account_email", "account_change_password", "account_delete",
              "account_logout", "account_reauthenticate", "account_tokens")  # fmt: skip
    open_to_all = ("account_reset_password_done", "account_reset_password_from_key_done",
                   "account_email_verification_sent", "account_inactive", "api")  # fmt: skip
    got = [guest.get(reverse(name)) for name in (*doors, *open_to_all)]
    got += [guest.post(reverse(name), {"email": "x"}) for name in doors]
    got.append(guest.get(reverse("account_confirm_email", args=["x:y"])))
    got.append(guest.get(reverse("account_reset_password_from_key", args=["1", "x"])))
    member = signed_in(make_member())
    got += [member.get(reverse(name)) for name in inside]
    got += [member.post(reverse(name), {"password": "x"}) for name in inside[2:4]]
    member.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for values in ({}, {"title": "Winter", "scopes": ["read"]}):
        got.append(member.post(reverse("account_tokens"), values))
    return got


def community_pages(guest: Client, painted: Rendering) -> list[HttpResponse]:
    """Albums, people, tags, comments, reports, and what is wrong with what was sent there."""
    album = make_album([painted], visibility="public")
    Tag.objects.create(rendering=painted, word="sea")
    say(painted)
    member = signed_in(make_member("vera"))
    addresses = [
        album.get_absolute_url(), painted.get_absolute_url(), reverse("tag", args=["sea"]),
        reverse("person", args=["theo"]), f"{reverse('gallery')}?tag=sea",
        f"{reverse('gallery')}?tag=none", reverse("mine"),
        f"{reverse('gallery')}?order=loved&style=udnie&q=cup", f"{reverse('gallery')}?style=none",
        reverse("built_in_style", args=["udnie"]), reverse("built_in_style", args=["great-wave"]),
    ]  # fmt: skip
    got = [client.get(address) for client in (guest, member) for address in addresses]
    got += [member.get(reverse("favourites")), member.get(reverse("person", args=["vera"]))]
    got.append(member.get(reverse("picture_report", args=[painted.pk])))
    of_picture = ("picture_report", "picture_comment")
    got += [member.post(reverse(name, args=[painted.pk]), {}) for name in of_picture]
    got.append(member.post(reverse("profile_edit"), {"about": "x" * 301}))
    got.append(guest.post(reverse("picture_describe", args=[painted.pk]), {"tags": "a/b"}))
    got.append(guest.post(reverse("album_edit", args=[album.pk]), {}))
    return got


def sharing_pages(guest: Client, painted: Rendering) -> list[HttpResponse]:
    """Remixes, links with and without a door, batches; and what is said where there is nothing."""
    link = ShareLink.objects.create(rendering=painted, **GUEST.fields)
    closed = ShareLink(rendering=painted, **GUEST.fields)
    closed.set_password("sesame")
    closed.save()
    album = make_album([painted])
    to_album = ShareLink.objects.create(album=album, allow_download=True, **GUEST.fields)
    batch = batch_submit(GUEST, [painted.photo], ["udnie"], 64)
    visitor = Client()
    got = [guest.get(reverse(name)) for name in ("my_links", "batch_create", "verify")]
    got.append(guest.post(reverse("verify"), {"picture": painted.result.open()}))
    got += [guest.get(painted.get_absolute_url()), guest.get(batch.get_absolute_url())]
    got += [guest.get(reverse("remix", args=[painted.pk])), guest.post(reverse("batch_create"))]
    got += [visitor.get(one.get_absolute_url()) for one in (link, closed)]
    got += [guest.get(album.get_absolute_url()), visitor.get(to_album.get_absolute_url())]
    got.append(visitor.get(reverse("share_place", args=[to_album.token, 1])))
    got += [visitor.post(closed.get_absolute_url()), visitor.get("/s/never-there/")]
    return got


def operators_page(painted: Rendering) -> HttpResponse:
    ErrorEntry.objects.create(logger="gallery.runs", message="x", trace="y", job=str(painted.pk))
    painted.change(device="cpu", finished=painted.created)
    return signed_in(make_operator()).get(reverse("operate"))


def moderation_pages(guest: Client, painted: Rendering) -> list[HttpResponse]:
    """The moderators' pages with one case of each kind, and what they lead to for others."""
    things = [painted, say(painted), make_album([painted], visibility="public"),
              make_painting(public=True), make_taught(public=True),
              Profile.objects.get_or_create(user=make_member("paul"))[0]]  # fmt: skip
    for thing in things:
        make_report(thing)
    mona = moderating()
    hidden = decide(make_moderator("max"), things[2], decision("hidden"))
    decide(hidden.actor, things[3], decision("withdrawn"))
    names = ("moderation", "moderation_bans", "moderation_trail")
    got = [mona.get(reverse(name)) for name in names]
    got.append(mona.get(reverse("moderation"), {"show": "decided"}))
    got += [mona.get(address("case", thing)) for thing in things]
    got += [press(mona, painted, ""), guest.get(things[2].get_absolute_url())]
    gone = copies(painted, 1, public=True)[0]
    decide(hidden.actor, gone, decision("withdrawn"))
    got += [guest.get(gone.get_absolute_url()), guest.get(reverse("decisions"))]
    ban(hidden.actor, GUEST, SPAM)
    got += [guest.get(reverse("mine")), guest.post(reverse("album_create")),
            mona.get(reverse("moderation_bans"))]  # fmt: skip
    return got


@pytest.fixture
def pages(guest: Client, painted: Rendering, photo: Photo) -> list[str]:
    painted.change(public=True, published=painted.created)
    rows = [painted, *(submit(photo) for _ in range(4))]
    for row, state in zip(rows[1:], ("queued", "running", "failed", "cancelled"), strict=True):
        row.change(state=state, error="Broken" if state == "failed" else "")
    guest.post(reverse("picture_delete", args=[submit(photo).pk]))  # a message with an undo form
    answers = [guest.get(reverse(name)) for name in ("home", "gallery", "mine", "mix_start")]
    answers += [guest.get(reverse(name, args=[photo.pk])) for name in ("mix", "regions")]
    answers += [guest.get(row.get_absolute_url()) for row in rows]
    answers += [guest.get(f"{photo.get_absolute_url()}?show={row.pk}") for row in rows]
    answers += [
        guest.get("/nothing/here/"),
        guest.post(reverse("paint", args=[photo.pk]), {"style": "none"}),
        Client(enforce_csrf_checks=True).post(reverse("upload")),
    ]
    answers += (
        account_pages(guest) + community_pages(guest, painted) + sharing_pages(guest, painted)
    )
    answers.append(operators_page(painted))
    answers += moderation_pages(guest, painted)
    assert {answer.status_code for answer in answers} == {200, 201, 404, 410, 400, 403}
    assert any("undo" in answer.text.lower() for answer in answers)
    for answer in answers:
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "*" not in policy
    return [answer.text for answer in answers]


def test_no_page_has_inline_script_or_style_or_anything_from_elsewhere(pages: list[str]) -> None:
    for html in pages:
        assert html.startswith("<!doctype html>")
        assert inline(html) == []


def test_the_servers_own_error_page_has_none_either(guest: Client, monkeypatch) -> None:
    from gallery import errors

    request = guest.get(reverse("home")).wsgi_request
    answer = errors.server_error(request)
    assert answer.status_code == 500
    assert inline(answer.content.decode()) == []


def test_pages_may_not_be_framed_or_sniffed(guest: Client) -> None:
    answer = guest.get(reverse("home"))
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
