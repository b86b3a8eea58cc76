"""Walls of public pictures: in which order they hang, what they are filtered by, in which files."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, services
from gallery.browse.thumbs import encoded, sizes_of
from gallery.models import Facet, Favourite, Listing, Rendering, Tag
from tests.cast import body, copies, sample, stored_files
from tests.community import pictures_of
from tests.members import make_member, signed_in
from webstyle.engine.weights import styles

GALLERY = "/gallery/"


@pytest.fixture
def three(painted: Rendering) -> list[Rendering]:
    """Hung one after the other."""
    return copies(painted, 3, public=True)


def on(client: Client, address: str) -> list[Rendering]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(answer.context["page"].object_list)


def in_style(picture: Rendering, slug: str) -> Rendering:
    picture.change(recipe=picture.recipe | {"styles": [[slug, 1.0]]}, styles_named={})
    return picture


def love(picture: Rendering, *names: str, days: int = 0) -> None:
    for name in names:
        when = timezone.now() - timedelta(days=days)
        Favourite.objects.create(rendering=picture, user=make_member(name), created=when)


def test_the_newest_hang_first(client: Client, three: list[Rendering]) -> None:
    assert on(client, GALLERY) == three[::-1]


def test_the_loved_of_this_week_hang_first_and_then_the_newest(
    client: Client, painted: Rendering
) -> None:
    a, b, c, d, e = copies(painted, 5, public=True)
    love(b, "ann", "bob")
    love(a, "cid")
    love(c, "dan")
    love(d, "eve", "fay", "gil", days=8)  # of another week
    assert on(client, f"{GALLERY}?order=loved") == [b, c, a, e, d]


def test_the_order_of_the_loved_goes_on_from_page_to_page(
    client: Client, painted: Rendering
) -> None:
    pictures = copies(painted, 60, public=True)
    fans = [make_member(f"fan-{n}") for n in range(3)]
    for n, picture in enumerate(pictures[:30]):
        for fan in fans[: 1 + n % 3]:
            Favourite.objects.create(rendering=picture, user=fan)
    pages = [on(client, f"{GALLERY}?order=loved&page={n}") for n in (1, 2, 3)]
    shown = [picture for page in pages for picture in page]
    loved = sorted(pictures[:30], key=lambda p: (pictures.index(p) % 3, p.published), reverse=True)
    assert [len(page) for page in pages] == [24, 24, 12]
    assert shown == [*loved, *pictures[:29:-1]]


def test_each_filter_alone_and_all_together(client: Client, three: list[Rendering]) -> None:
    one, two, last = three
    in_style(two, "great-wave")
    in_style(last, "great-wave")
    for picture in (one, last):
        Tag.objects.create(rendering=picture, word="sea")
    last.change(name="Harbour at night")
    assert on(client, f"{GALLERY}?style=great-wave") == [last, two]
    assert on(client, f"{GALLERY}?tag=sea") == [last, one]
    assert on(client, f"{GALLERY}?tag=Sea&style=great-wave") == [last]
    assert on(client, f"{GALLERY}?tag=sea&style=great-wave&q=harbour&order=loved") == [last]
    assert on(client, f"{GALLERY}?tag=sea&style=great-wave&q=forest") == []


def test_a_mixture_hangs_in_each_of_its_styles(client: Client, three: list[Rendering]) -> None:
    mixed = three[0]
    mixed.change(recipe=mixed.recipe | {"styles": [["udnie", 1.0], ["the-scream", 2.0]]})
    assert mixed in on(client, f"{GALLERY}?style=udnie")
    assert on(client, "/styles/the-scream/") == [mixed]


@pytest.mark.parametrize("query", [
    "style=none", "style=taught:x", "style=%00", "order=cheapest", "page=-3", "page=x", "page=999",
    "page=99999999999999999999", "q=%00%25_", "q=" + "x" * 5000, "tag=%00", "tag=a/b", "tag=%25",
    "style=udnie&style=none", "q=%ff%fe", "order=loved&page=0", "q='\")%20OR%201=1", "q=%5C",
])  # fmt: skip
def test_bad_values_are_no_error(client: Client, three: list[Rendering], query: str) -> None:
    assert client.get(f"{GALLERY}?{query}").status_code == 200


def test_an_unknown_style_is_told_and_left_aside(client: Client, three: list[Rendering]) -> None:
    answer = client.get(f"{GALLERY}?style=<b>")
    assert "There is no style “&lt;b&gt;” here." in answer.text
    assert len(answer.context["page"].object_list) == 3


@pytest.mark.parametrize(("query", "told"), [
    ("", "The walls are bare"), ("tag=sea", "No public picture has the tag “sea”"),
    ("style=udnie", "Nobody has published a picture in"), ("q=boat", "Nothing here is called"),
    ("tag=sea&style=udnie", "has the tag “sea”"), ("q=boat&style=udnie", "all pictures"),
])  # fmt: skip
def test_where_nothing_hangs_the_page_says_so(
    client: Client, db: None, query: str, told: str
) -> None:
    answer = client.get(f"{GALLERY}?{query}")
    assert told in answer.text
    assert ("The whole gallery" in answer.text) == bool(query)


def test_filters_stay_while_one_goes_from_page_to_page(client: Client, painted: Rendering) -> None:
    copies(painted, 30, public=True)
    answer = client.get(f"{GALLERY}?style=udnie&order=loved&q=udnie")
    assert "style=udnie&amp;order=loved&amp;q=udnie&amp;page=2" in answer.text
    assert len(on(client, f"{GALLERY}?style=udnie&order=loved&q=udnie&page=2")) == 6


def test_a_styles_page_tells_of_the_painting_and_shows_what_was_made(
    client: Client, three: list[Rendering]
) -> None:
    in_style(three[1], "great-wave")
    answer = client.get(reverse("built_in_style", args=["great-wave"]))
    wave = styles()["great-wave"]
    assert wave.title in answer.text
    assert wave.artist in answer.text
    assert str(wave.year) in answer.text
    assert list(answer.context["page"].object_list) == [three[1]]
    assert client.get(three[1].get_absolute_url()).text.count("/styles/great-wave/") == 1


def test_each_style_has_a_page_and_nothing_else_has(client: Client, db: None) -> None:
    for slug in styles():
        assert "Nothing yet" in client.get(reverse("built_in_style", args=[slug])).text
    assert client.get("/styles/none/").status_code == 404


def private(picture: Rendering) -> None:
    services.rendering_publish(picture, public=False, show_photo=False)


def hidden(picture: Rendering) -> None:
    picture.change(hidden_by_moderator=True)


def removed(picture: Rendering) -> None:
    services.remove(picture)


def without_photo(picture: Rendering) -> None:
    services.remove(picture.photo)


def updated(picture: Rendering) -> None:
    Rendering.objects.filter(pk=picture.pk).update(public=False)


@pytest.mark.parametrize("go", [private, hidden, removed, without_photo, updated])
def test_what_does_not_hang_any_longer_is_on_no_wall(
    client: Client, painted: Rendering, go: Any
) -> None:
    picture = pictures_of(make_member("vera"), painted)[0]
    picture.change(name="Harbour")
    Tag.objects.create(rendering=picture, word="sea")
    walls = [GALLERY, f"{GALLERY}?style=udnie", f"{GALLERY}?q=harbour", f"{GALLERY}?tag=sea",
             f"{GALLERY}?order=loved", "/styles/udnie/"]  # fmt: skip
    assert all(on(client, address) == [picture] for address in walls)
    go(picture)
    for address in walls:
        answer = client.get(address)
        assert answer.context["page"].paginator.count == 0
        assert str(picture.pk) not in answer.text
    assert client.get("/people/vera/").status_code == client.get("/tags/sea/").status_code == 404
    assert not Listing.objects.exists()
    assert not Facet.objects.exists()


def test_what_comes_back_hangs_again(client: Client, three: list[Rendering]) -> None:
    services.remove(three[0].photo)
    assert on(client, GALLERY) == []
    services.restore(three[0].photo)
    assert on(client, GALLERY) == three[::-1]


def test_a_listing_that_lags_behind_shows_nothing_private(
    client: Client, three: list[Rendering]
) -> None:
    from django.db import connection

    with connection.cursor() as cursor:  # past everything that keeps listings
        cursor.execute("UPDATE gallery_rendering SET public = %s", [False])
    assert Listing.objects.count() == 3
    for address in (GALLERY, f"{GALLERY}?q=udnie", f"{GALLERY}?order=loved"):
        answer = client.get(address)
        assert list(answer.context["page"].object_list) == []
        assert not any(str(picture.pk) in answer.text for picture in three)


def test_a_wall_tells_what_a_page_has_of_it(client: Client, painted: Rendering) -> None:
    copies(painted, 30, public=True)
    answer = client.get(f"{GALLERY}?page=2")
    assert 'data-range="Pictures 25 to 30 of 30"' in answer.text
    assert 'rel="prev" href="?page=1"' in answer.text
    assert 'rel="next"' not in answer.text


def test_favourites_are_a_wall_too(painted: Rendering) -> None:
    user = make_member("vera")
    rows = copies(painted, 25, public=True)
    Favourite.objects.bulk_create([Favourite(rendering=row, user=user) for row in rows])
    answer = signed_in(user).get(reverse("favourites"))
    assert "data-endless" in answer.text
    assert len(answer.context["page"].object_list) == 24


def test_a_painted_picture_has_small_files_that_are_served_as_its_others(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    small = reverse("picture_file", args=[painted.pk, "thumb-400"])
    assert list(painted.thumbs) == ["400"]  # it is no larger
    assert small in painted.thumb_srcset
    answer = guest.get(small)
    assert answer["Content-Type"] == "image/avif"
    assert "private" in answer["Cache-Control"]
    picture = Image.open(io.BytesIO(body(answer)))
    assert (picture.format, picture.size) == ("AVIF", (painted.width, painted.height))
    assert not picture.getexif()
    assert stranger.get(small).status_code == 404
    painted.change(public=True)
    assert stranger.get(small).status_code == 200
    for side in ("800", "640", "399"):
        absent = reverse("picture_file", args=[painted.pk, f"thumb-{side}"])
        assert guest.get(absent).status_code == 404


def test_small_files_are_of_two_sizes_and_none_is_enlarged() -> None:
    made = encoded(sample("coffee.png", 1000))
    sizes = [Image.open(io.BytesIO(data)).size for _, data in made.values()]
    assert list(made) == ["thumb-400", "thumb-800"]
    assert [max(size) for size in sizes] == [400, 800]
    small = encoded(sample("coffee.png", 64))
    assert [Image.open(io.BytesIO(data)).size[0] for _, data in small.values()] == [64]


def test_how_wide_a_picture_hangs_is_told_by_its_own_ratio() -> None:
    assert sizes_of(300, 200) == "(max-width: 560px) 92vw, clamp(255.0px, 28.5vw, 435.0px)"


def test_the_card_of_a_picture_without_small_files_shows_its_thumb(
    client: Client, painted: Rendering
) -> None:
    painted.change(public=True, thumbs={})
    page = client.get(GALLERY).text
    assert painted.thumb_url in page
    assert "image/avif" not in page
    assert "srcset" not in page


def test_small_files_of_old_pictures_are_made_once(guest: Client, painted: Rendering) -> None:
    for name in painted.thumbs.values():
        painted.thumb.storage.delete(name)
    painted.change(thumbs={})
    call_command("make_thumbs")
    painted.refresh_from_db()
    assert guest.get(reverse("picture_file", args=[painted.pk, "thumb-400"])).status_code == 200
    before = stored_files()
    call_command("make_thumbs")
    assert stored_files() == before


def test_small_files_go_with_the_picture(painted: Rendering) -> None:
    assert any(name.endswith(".avif") for name in stored_files())
    services.remove(painted)
    Rendering.objects.update(deleted=timezone.now() - timedelta(days=1))
    purging.purge()
    assert not any(str(painted.pk) in name for name in stored_files())


def test_the_first_row_is_fetched_at_once_and_the_others_when_they_come_near(
    client: Client, painted: Rendering
) -> None:
    copies(painted, 10, public=True)
    page = client.get(GALLERY).text
    assert page.count('fetchpriority="high"') == 4
    assert page.count('loading="lazy"') == 6
