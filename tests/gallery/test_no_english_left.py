"""A site in Chinese has nothing left in English: pages, errors, mails."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.fixtures import Settings

from gallery.models import Photo, Rendering
from tests.cast import CHINESE, make_painting, make_taught, submit
from tests.gallery.test_content_security import account_pages, community_pages, sharing_pages

ALLOWED = set(
    """webstyle StyleBank Gatys Chen JPEG PNG WebP HEIC AVIF ZIP JavaScript Cookie Email English
    Home Shift Ctrl Enter JSON safetensors html svg img px MB Coffee Dusk Vincent Broken
    vincent vera theo sea none Lovely Winter Udnie Me example org testserver Lift off
    result png Content Credentials API OpenAPI UUID Retry After Bearer cookie""".split()
)
SPOKEN = ("aria-label", "title", "alt", "placeholder", "aria-valuetext", "data-note",
          "data-reason", "label", "aria-roledescription")  # fmt: skip


FOREIGN = ("div", "span", "ul")


class Words(HTMLParser):
    """All that a page says to somebody who sees or hears it, but for code, and for what it says to
    be English: what programs are told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0
        self.foreign: list[str] = []  # elements of the kind of the outermost one

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in self.foreign[:1]:
            self.foreign.append(tag)
        elif not self.foreign and (tag == "code" or (tag in FOREIGN and given.get("lang") == "en")):
            self.foreign = [tag]
        if self.foreign:
            return
        self.said += [str(given[name]) for name in SPOKEN if given.get(name)]
        if tag == "meta" and given.get("name") == "description":
            self.said.append(str(given["content"]))
        self.silent += tag in ("script", "style", "svg")

    def handle_endtag(self, tag: str) -> None:
        if self.foreign:
            if tag == self.foreign[0]:
                self.foreign.pop()
            return
        self.silent -= tag in ("script", "style", "svg")

    def handle_data(self, data: str) -> None:
        if not self.silent and not self.foreign:
            self.said.append(data)


def english(html: str) -> set[str]:
    parser = Words()
    parser.feed(html)
    left = set()
    for said in parser.said:
        found = re.findall(
            r"[A-Za-z]{3,}", re.sub(r"\S+@\S+|https?://\S+|x{99,}|\b[0-9a-f]{16}\b", "", said)
        )
        if set(found) - ALLOWED:
            left.add(said.strip())
    return left


def test_the_finder_of_english_finds() -> None:
    assert english("<p>训练 StyleBank</p><img alt='A cat'>") == set() | {"A cat"}
    assert english("<div lang='en'>A <div>cat</div> sat</div><code>cat</code><p>A dog</p>") == {
        "A dog"
    }
    assert english("<script>x.say('hello')</script><button aria-label='Close'>好</button>") == {
        "Close"
    }


@pytest.fixture
def in_chinese(settings: Settings) -> None:
    settings.LANGUAGE_CODE = CHINESE


def pages_of(guest: Client, painted: Rendering, photo: Photo) -> dict[str, str]:
    """Main pages, in most of their states, with what is said when something is wrong."""
    make_painting(title="1889", artist="")
    taught = make_taught(title="1889", artist="", figures={"minutes": 2.0, "steps": 100})
    painted.change(public=True, published=painted.created)
    rows = [painted, *(submit(photo) for _ in range(5))]
    for row, state in zip(rows[1:], ("queued", "running", "failed", "cancelled", "paused"),
                          strict=True):  # fmt: skip
        row.change(state=state, stage="Looking at the photo" if state == "running" else "",
                   error="The mask of 'Udnie' is gone: paint the region again.")  # fmt: skip
    names = ["home", "gallery", "mine", "mix_start", "teach", "batch_create", "my_links"]
    addresses = [reverse(name) for name in names]
    addresses += [reverse(name, args=[photo.pk]) for name in ("studio", "mix", "regions")]
    addresses += [row.get_absolute_url() for row in (*rows, taught)]
    addresses += [f"{photo.get_absolute_url()}?show={row.pk}" for row in rows]
    addresses += [reverse("painting_region", args=[make_painting(title="1890").pk])]
    addresses += ["/nothing/here/", f"{reverse('mix_start')}?mix=udnie:40,great-wave:60"]
    wall = reverse("gallery")
    addresses += ["/styles/udnie/", "/styles/the-scream/", f"{wall}?order=loved", f"{wall}?q=1889"]
    addresses += [f"{wall}?style=udnie", f"{wall}?style=the-scream&tag=1", f"{wall}?style=1"]
    found = {address: guest.get(address).text for address in addresses}
    found["paint"] = guest.post(reverse("paint", args=[photo.pk]), {"style": "none"}).text
    found["teach"] = guest.post(reverse("teach"), {"minutes": "x", "year": "y"}).text
    found["upload"] = guest.post(reverse("upload"), follow=True).text
    found["csrf"] = Client(enforce_csrf_checks=True).post(reverse("upload")).text
    found["deleted"] = guest.post(
        reverse("picture_delete", args=[submit(photo).pk]), follow=True
    ).text
    answers = account_pages(guest) + community_pages(guest, painted) + sharing_pages(guest, painted)
    return found | {
        f"{answer.wsgi_request.method} {answer.wsgi_request.path}": answer.text
        for answer in answers
    }


def test_no_page_has_english_left(
    guest: Client, painted: Rendering, photo: Photo, in_chinese: None
) -> None:
    pages = pages_of(guest, painted, photo)
    assert len(pages) > 50
    left = {text: address for address, html in pages.items() for text in english(html)}
    assert not left, left


def test_the_errors_of_the_site_are_chinese(in_chinese: None, guest: Client) -> None:
    from gallery import errors

    request = guest.get("/").wsgi_request
    with translation.override(CHINESE):
        answers = [
            errors.server_error(request), errors.too_many(request),
            errors.forbidden(request, Exception()), errors.bad_request(request, Exception()),
        ]  # fmt: skip
        assert [english(answer.content.decode()) for answer in answers] == [set()] * 4


def test_mails_are_chinese(in_chinese: None, db: None, mailoutbox: list[Any]) -> None:
    from tests.members import make_member, sign_up, signed_in

    user = make_member("vera")
    sign_up(Client(), "vincent")
    sign_up(Client(), "other", email="vera@example.org")
    member = signed_in(user)
    address = {"email": "vera@example.org"}
    member.post(reverse("account_reset_password"), address)
    member.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    new = {"oldpassword": "starry-irises-1889", "password1": "wheat-and-crows-1890"}
    member.post(reverse("account_change_password"), new)
    assert len(mailoutbox) == 5, [mail.subject for mail in mailoutbox]
    for mail in mailoutbox:
        text = re.sub(r"http\S+|Mozilla\S*|UTC|Unspecified", "", f"{mail.subject}\n{mail.body}")
        assert english(text.replace("other", "")) == set()
