"""A page tells previews what everybody sees on it; what is private tells them nothing."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, services
from gallery.models import Profile, Rendering, Tag
from tests import cast
from tests.cast import body
from tests.community import HARM, make_album, owner, pictures_of, say
from tests.members import make_member

HOST = "http://testserver"
SIZES = (1200, 640, 320, 160)


class Head(HTMLParser):
    """``told``: what the page's meta elements say; ``links``: its links by their rel."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.told: dict[str, str] = {}
        self.links: dict[str, list[dict[str, Any]]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attributes)
        if tag == "meta" and "content" in given:
            name = given.get("property") or given.get("name")
            assert name not in self.told, f"{name} stands there twice"
            self.told[name] = given["content"]
        if tag == "link":
            self.links.setdefault(given["rel"], []).append(given)

    @property
    def has_card(self) -> bool:
        return any(name.startswith(("og:", "twitter:")) for name in map(str, self.told))


def head_of(client: Client, address: str, status: int = 200) -> Head:
    answer = client.get(address)
    assert answer.status_code == status
    return Head(answer.text)


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    services.rendering_publish(painted, public=True, show_photo=False)
    return painted


def enlarge(picture: Rendering, size: tuple[int, int]) -> None:
    """As if it had been painted so large."""
    shown = cast.sample("coffee.png", 600).resize(size)
    picture.view.storage.delete(picture.view.name)
    out = io.BytesIO()
    shown.save(out, "WEBP")
    picture.view.save(picture.view.name, ContentFile(out.getvalue()))
    picture.change(width=size[0], height=size[1])


def pages(hung: Rendering) -> dict[str, str]:
    user = make_member("vincent")
    (own,) = pictures_of(user, hung)
    Tag.objects.create(rendering=hung, word="sea")
    album = make_album([own], owner(user), "public")
    return {
        "home": "/", "gallery": "/gallery/", "picture": hung.get_absolute_url(),
        "album": album.get_absolute_url(), "person": "/people/vincent/", "tag": "/tags/sea/",
    }  # fmt: skip


def test_every_public_page_has_a_card_whose_picture_is_there(hung: Rendering) -> None:
    enlarge(hung, (1500, 1000))
    for name, address in pages(hung).items():
        head = head_of(Client(), address)
        told = head.told
        assert told["og:title"], name
        assert told["description"] == told["og:description"] != ""
        assert told["og:url"] == HOST + address
        assert [link["href"] for link in head.links["canonical"]] == [HOST + address]
        assert told["og:site_name"] == "webstyle"
        assert told["og:locale"] == "en_GB"
        assert told["og:type"] == {"picture": "article", "person": "profile"}.get(name, "website")
        assert told["twitter:card"] == "summary_large_image"
        assert told["og:image:alt"] == told["twitter:image:alt"] == hung.caption
        assert "robots" not in told
        answer = Client().get(told["og:image"].removeprefix(HOST))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/jpeg"
        picture = Image.open(io.BytesIO(body(answer)))
        assert picture.format == "JPEG"
        assert not picture.getexif()
        stated = (int(told["og:image:width"]), int(told["og:image:height"]))
        assert picture.size == stated == (1200, 800)


def test_a_small_picture_is_not_enlarged(hung: Rendering) -> None:
    told = head_of(Client(), hung.get_absolute_url()).told
    answer = Client().get(told["og:image"].removeprefix(HOST))
    size = Image.open(io.BytesIO(body(answer))).size
    assert size == (hung.width, hung.height)
    assert told["og:image:width"] == str(hung.width)


def test_a_private_picture_has_no_card_for_its_owner_either(
    guest: Client, painted: Rendering
) -> None:
    assert not head_of(guest, painted.get_absolute_url()).has_card
    assert not head_of(Client(), painted.get_absolute_url(), 404).has_card
    album = make_album([painted])
    assert not head_of(guest, album.get_absolute_url()).has_card
    for size in SIZES:
        address = reverse("picture_jpeg", args=[painted.pk, size])
        assert Client().get(address).status_code == 404
        assert guest.get(address).status_code == 200


def test_a_hidden_picture_loses_its_card_and_its_file(guest: Client, hung: Rendering) -> None:
    address = reverse("picture_jpeg", args=[hung.pk, 1200])
    assert Client().get(address).status_code == 200
    hung.change(hidden_by_moderator=True)
    assert Client().get(address).status_code == 404
    assert not head_of(guest, hung.get_absolute_url()).has_card
    for page in ("/", "/gallery/"):
        assert "og:image" not in head_of(Client(), page).told


def test_an_unlisted_album_is_not_indexed_and_shows_only_what_its_page_shows(
    guest: Client, hung: Rendering
) -> None:
    (secret,) = cast.copies(hung, 1, public=False, name="Secret")
    album = make_album([secret, hung], visibility="unlisted", cover=secret)
    for who in (guest, Client()):
        head = head_of(who, album.get_absolute_url())
        assert head.told["robots"] == "noindex"
        assert str(hung.pk) in head.told["og:image"]
        assert head.told["og:description"] == "1 picture"
        assert str(secret.pk) not in repr(head.told)
        assert "Secret" not in repr(head.told)
        assert "canonical" not in head.links
        assert "alternate" not in head.links
    services.rendering_publish(hung, public=False, show_photo=False)
    told = head_of(Client(), album.get_absolute_url()).told
    assert "og:image" not in told
    assert told["twitter:card"] == "summary"


def test_a_member_who_is_not_named_has_no_card_on_a_page_of_ones_own(hung: Rendering) -> None:
    user = make_member("vincent")
    (picture,) = pictures_of(user, hung)
    Profile.objects.create(user=user, named=False)
    member = Client()
    member.force_login(user)
    assert not head_of(member, "/people/vincent/").has_card
    told = head_of(Client(), picture.get_absolute_url()).told
    assert "vincent" not in repr(told)


def test_a_member_who_only_said_something_has_a_card_without_a_picture(hung: Rendering) -> None:
    say(hung)
    told = head_of(Client(), "/people/theo/").told
    assert told["og:title"] == "theo"
    assert told["profile:username"] == "theo"
    assert "og:image" not in told


def test_words_of_visitors_are_text_there_too(hung: Rendering) -> None:
    hung.change(name=HARM, caption_text=f"{HARM}\n\x0bsecond\u202e line " + "x" * 400, alt=HARM)
    told = head_of(Client(), hung.get_absolute_url()).told
    assert told["og:title"] == HARM
    assert told["og:image:alt"] == HARM
    assert "\n" not in told["og:description"]
    assert "\u202e" not in told["og:description"]
    assert len(told["og:description"]) == 200


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/gallery/?page=2", "/gallery/?page=2"),
        ("/gallery/?page=1&utm_source=x", "/gallery/"),
        ("/gallery/?page=²", "/gallery/"),
        ("/gallery/?page=last", "/gallery/"),
        ("/gallery/?tag=sea", "/tags/sea/"),
        ("/tags/SEA/", "/tags/sea/"),
        ("/?style=udnie", "/"),
    ],
)
def test_a_page_has_one_address(hung: Rendering, asked: str, canonical: str) -> None:
    Tag.objects.create(rendering=hung, word="sea")
    (link,) = head_of(Client(), asked).links["canonical"]
    assert link["href"] == HOST + canonical


def test_a_tag_without_pictures_is_not_indexed(hung: Rendering) -> None:
    head = head_of(Client(), "/gallery/?tag=none")
    assert head.told["robots"] == "noindex"
    assert "canonical" not in head.links


def test_an_empty_site_has_a_card_without_a_picture(db: None) -> None:
    for address in ("/", "/gallery/"):
        told = head_of(Client(), address).told
        assert told["twitter:card"] == "summary"
        assert "og:image" not in told


def test_pages_of_ones_own_have_none(guest: Client, hung: Rendering) -> None:
    own = [reverse("mine"), hung.photo.get_absolute_url(), reverse("my_links"), "/nothing/"]
    for address in own:
        assert not Head(guest.get(address).text).has_card


def test_the_file_is_made_once_and_goes_with_the_picture(hung: Rendering) -> None:
    address = reverse("picture_jpeg", args=[hung.pk, 320])
    first = body(Client().get(address))
    made = [name for name in cast.stored_files() if "jpeg-320" in name]
    assert made == [f"{hung.folder}/jpeg-320.jpg"]
    hung.view.storage.delete(hung.view.name)
    assert body(Client().get(address)) == first
    other = reverse("picture_jpeg", args=[hung.pk, 640])
    assert Client().get(other).status_code == 404  # there is nothing to make it of
    services.remove(hung)
    Rendering.objects.update(deleted=timezone.now() - timezone.timedelta(hours=2))
    purging.purge()
    assert not [name for name in cast.stored_files() if "jpeg" in name]


def test_a_file_that_was_cut_off_is_made_anew(hung: Rendering) -> None:
    address = reverse("picture_jpeg", args=[hung.pk, 320])
    whole = body(Client().get(address))
    name = f"{hung.folder}/jpeg-320.jpg"
    storage = hung.view.storage
    storage.delete(name)
    storage.save(name, ContentFile(whole[:100]))
    assert body(Client().get(address)) == whole
    assert storage.size(name) == len(whole)


@pytest.mark.parametrize("size", [0, 1, 100, 1201, 99999999999])
def test_there_are_no_other_sizes(hung: Rendering, size: int) -> None:
    assert Client().get(f"/file/picture/{hung.pk}/{size}.jpg").status_code == 404
    assert not [name for name in cast.stored_files() if "jpeg" in name]
