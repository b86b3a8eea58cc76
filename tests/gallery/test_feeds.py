"""Feeds of the gallery, of a member and of a tag: the newest of what everybody may see."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gallery import services
from gallery.models import Profile, Rendering, Tag
from tests import cast
from tests.community import HARM, make_album, owner, pictures_of, say
from tests.gallery.test_cards_meta import HOST, enlarge, head_of
from tests.members import make_member

MEDIA = "{http://search.yahoo.com/mrss/}"
ATOM = "{http://www.w3.org/2005/Atom}"
DUBLIN = "{http://purl.org/dc/elements/1.1/}"
FEEDS = {"gallery": "/gallery/feed/", "person": "/people/vincent/feed/", "tag": "/tags/sea/feed/"}


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    """Of a member, and with a tag: so it is in each of the feeds."""
    user = make_member("vincent")
    painted.change(owner=user, guest="", name="Irises", caption_text="In May\nat noon", alt="Blue")
    services.rendering_publish(painted, public=True, show_photo=False)
    Tag.objects.create(rendering=painted, word="sea")
    enlarge(painted, (1500, 1000))
    return painted


def channel(address: str, client: Client | None = None) -> Any:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    return root.find("channel")


def titles(address: str) -> list[str]:
    return [item.findtext("title") for item in channel(address).findall("item")]


@pytest.mark.parametrize("name", FEEDS)
def test_an_item_says_all_there_is_to_say(hung: Rendering, name: str) -> None:
    found = channel(FEEDS[name])
    assert found.find(f"{ATOM}link").attrib == {"rel": "self", "href": HOST + FEEDS[name]}
    assert found.findtext("link") == HOST + FEEDS[name].removesuffix("feed/")
    assert found.findtext("title").startswith("webstyle: ")
    assert found.findtext("description")
    (item,) = found.findall("item")
    page = HOST + hung.get_absolute_url()
    assert item.findtext("title") == "Irises"
    assert item.findtext("link") == item.findtext("guid") == page
    published = parsedate_to_datetime(item.findtext("pubDate"))
    assert abs(published - hung.published) < timedelta(seconds=1)
    assert item.findtext(f"{DUBLIN}creator") == "vincent"
    assert [part.text for part in item.findall("category")] == ["sea"]
    described = item.findtext("description")
    assert f'<img src="{HOST}/file/picture/{hung.pk}/1200.jpg"' in described
    assert 'width="1200" height="800" alt="Blue"' in described
    assert "<p>In May<br>at noon</p>" in described
    content = item.find(f"{MEDIA}content")
    assert content.attrib == {
        "url": f"{HOST}/file/picture/{hung.pk}/1200.jpg", "width": "1200", "height": "800",
        "type": "image/jpeg", "medium": "image",
    }  # fmt: skip
    assert content.findtext(f"{MEDIA}description") == "Blue"
    for part in (content, content.find(f"{MEDIA}thumbnail")):
        assert Client().get(part.get("url").removeprefix(HOST)).status_code == 200


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize(
    "change", [{"public": False}, {"hidden_by_moderator": True}, {"deleted": timezone.now()}]
)
def test_a_picture_that_is_taken_down_leaves_it(
    hung: Rendering, name: str, change: dict[str, Any]
) -> None:
    (other,) = pictures_of(hung.owner, hung, name="Wheat")
    Tag.objects.create(rendering=other, word="sea")
    assert titles(FEEDS[name]) == ["Wheat", "Irises"]
    Rendering.objects.filter(pk=other.pk).update(**change)
    assert titles(FEEDS[name]) == ["Irises"]


@pytest.mark.parametrize("name", FEEDS)
def test_it_has_the_newest_thirty_with_as_many_questions_as_for_two(
    hung: Rendering, name: str
) -> None:
    def fill(number: int) -> None:
        for row in pictures_of(hung.owner, hung, number):
            Tag.objects.create(rendering=row, word="sea")

    def questions() -> int:
        with CaptureQueriesContext(connection) as caught:
            channel(FEEDS[name])
        return len(caught)

    fill(1)
    few = questions()
    fill(33)
    assert questions() == few
    assert few < 8
    links = [item.findtext("link") for item in channel(FEEDS[name]).findall("item")]
    newest = Rendering.objects.order_by("-published")[:30]
    assert links == [HOST + row.get_absolute_url() for row in newest]


@pytest.mark.parametrize("name", FEEDS)
def test_it_is_sent_again_only_when_it_has_changed(hung: Rendering, name: str) -> None:
    first = Client().get(FEEDS[name])
    tag = first["ETag"]
    again = Client().get(FEEDS[name], headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""
    # Nobody keeps a picture that is gone, because the feed is older without it.
    late = Client().get(FEEDS[name], headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert late.status_code == 200
    hung.change(name="Irises II")
    assert Client().get(FEEDS[name], headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("name", FEEDS)
def test_its_page_tells_of_it(hung: Rendering, name: str) -> None:
    page = FEEDS[name].removesuffix("feed/")
    found = head_of(Client(), page).links["alternate"]
    feeds = [link["href"] for link in found if link["type"] == "application/rss+xml"]
    assert feeds == [HOST + FEEDS[name]]


def test_the_front_page_tells_of_the_gallerys(hung: Rendering) -> None:
    (link,) = head_of(Client(), "/").links["alternate"]
    assert link["href"] == f"{HOST}/gallery/feed/"


def test_an_empty_gallery_has_an_empty_feed(db: None) -> None:
    assert titles("/gallery/feed/") == []


def test_there_is_no_feed_where_there_is_no_page(hung: Rendering) -> None:
    Profile.objects.create(user=make_member("theo"), named=False, about="Brother")
    pictures_of(make_member("closed"), hung)
    make_member("closed2")
    Rendering.objects.filter(owner__username="closed").update(hidden_by_moderator=True)
    (private,) = pictures_of(hung.owner, hung, public=False)
    Tag.objects.create(rendering=private, word="secret")
    missing = ["/people/theo/", "/people/closed/", "/people/closed2/", "/people/nobody/",
               "/people/%00/", "/tags/secret/", "/tags/none/", "/tags/a b/"]  # fmt: skip
    for page in missing:
        assert Client().get(page).status_code == 404, page
        assert Client().get(f"{page}feed/").status_code == 404, page


def test_its_owner_gets_the_same_as_everybody(hung: Rendering) -> None:
    member = Client()
    member.force_login(hung.owner)
    Profile.objects.create(user=hung.owner, named=False)
    assert member.get("/people/vincent/").status_code == 200
    assert member.get("/people/vincent/feed/").status_code == 404
    assert "vincent" not in Client().get("/gallery/feed/").text
    pictures_of(hung.owner, hung, public=False, name="Secret")
    answer = member.get("/gallery/feed/")
    assert "Secret" not in answer.text
    assert not answer.cookies


def test_who_only_says_something_has_a_feed_without_items(hung: Rendering) -> None:
    say(hung)
    assert Client().get("/people/theo/").status_code == 200
    assert titles("/people/theo/feed/") == []


def test_an_album_alone_makes_no_page_unless_there_is_something_to_see(hung: Rendering) -> None:
    user = make_member("theo")
    album = make_album([], owner(user), "public")
    assert Client().get("/people/theo/feed/").status_code == 404
    album.items.create(rendering=hung, position=1)
    assert Client().get("/people/theo/feed/").status_code == 200


def test_words_of_visitors_are_text_and_spoil_nothing(hung: Rendering) -> None:
    nasty = f"{HARM}\x0b\x00]]>"
    hung.change(name=nasty[:120].replace("\x00", ""), alt=f"{HARM}\x0c", caption_text=f"{HARM}\x08")
    (item,) = channel("/gallery/feed/").findall("item")
    assert item.findtext("title") == f"{HARM}]]>"
    described = item.findtext("description")
    assert "<script>" not in described
    assert "<img src=x" not in described
    assert described.count("<img ") == 1


def test_a_feed_is_only_read(hung: Rendering) -> None:
    for address in FEEDS.values():
        assert Client().post(address).status_code == 405
        assert Client().head(address).status_code == 200


def test_addresses_are_made_for_any_tag(hung: Rendering) -> None:
    Tag.objects.create(rendering=hung, word="星月夜")
    address = reverse("tag_feed", args=["星月夜"])
    assert titles(address) == ["Irises"]
    assert cast.stored_files()
