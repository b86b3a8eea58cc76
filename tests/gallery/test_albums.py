"""Albums: their owner fills and orders them; others see what is published, if anything at all."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery import purging, services
from gallery.accounts.belongings import owned_models
from gallery.accounts.moving import take_over
from gallery.community.models import MAX_PICTURES, AlbumItem
from gallery.models import UNDO_TIME, Album, Rendering
from tests.cast import GUEST, STRANGER, client_of, copies
from tests.community import HARM, PLAIN, make_album, order_of, owner
from tests.members import make_member, signed_in

ACTIONS = ["album_edit", "album_arrange", "album_publish", "album_delete", "album_restore"]


@pytest.fixture
def pictures(painted: Rendering) -> list[Rendering]:
    """Three of the guest's, none of them published."""
    return [painted, *copies(painted, 2)]


@pytest.fixture
def album(pictures: list[Rendering]) -> Album:
    return make_album(pictures)


def arrange(client: Client, album: Album, **values: Any) -> Any:
    return client.post(reverse("album_arrange", args=[album.pk]), values)


def gather(client: Client, pictures: list[Rendering], **values: Any) -> Any:
    given = {"picture": [p.pk for p in pictures], **values}
    return client.post(reverse("album_gather"), given, follow=True)


def shown(client: Client, album: Album) -> list[Rendering]:
    return client.get(album.get_absolute_url()).context["pictures"]


def test_several_pictures_go_into_a_new_album_in_their_order(
    guest: Client, pictures: list[Rendering]
) -> None:
    page = gather(guest, pictures[::-1], album="new", title="Winter")
    album = Album.objects.get()
    assert "3 pictures added to Winter" in page.text
    assert order_of(album) == [p.pk for p in pictures[::-1]]
    assert album.belongs_to(GUEST)
    assert album.visibility == "private"


def test_a_picture_is_in_an_album_once(guest: Client, album: Album, painted: Rendering) -> None:
    page = gather(guest, [painted], album=album.pk)
    assert "It was in Winter already" in page.text
    assert album.items.count() == 3


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"album": "new"}, "Give the new album a title"),
        ({"album": "new", "title": " "}, "Give the new album a title"),
        ({"album": "new", "title": "x" * 121}, "at most 120"),
        ({"album": "nonsense"}, "no such album"),
        ({"album": str(uuid.uuid4())}, "no such album"),
        ({}, "Choose an album"),
    ],
)
def test_what_cannot_be_gathered_is_said_in_words(
    guest: Client, painted: Rendering, values: dict[str, str], told: str
) -> None:
    page = gather(guest, [painted], **values)
    assert told in page.text
    assert not Album.objects.exists()


def test_several_pictures_are_taken_out_at_once(
    guest: Client, album: Album, pictures: list[Rendering]
) -> None:
    page = gather(guest, pictures[1:], album=album.pk, do="out")
    assert "2 pictures taken out of Winter" in page.text
    assert order_of(album) == [pictures[0].pk]
    assert "Choose the album" in gather(guest, pictures, album="new", do="out").text
    assert Rendering.objects.count() == 3
    assert Album.objects.count() == 1


def test_to_choose_nothing_is_said_in_words(guest: Client, album: Album) -> None:
    assert "Choose pictures first" in gather(guest, [], album=album.pk).text


def test_an_album_has_an_end(guest: Client, album: Album, painted: Rendering) -> None:
    (more,) = copies(painted, 1)
    AlbumItem.objects.filter(album=album).delete()
    rows = copies(painted, MAX_PICTURES)
    AlbumItem.objects.bulk_create(
        [AlbumItem(album=album, rendering=row, position=n) for n, row in enumerate(rows)]
    )
    assert "holds 200 pictures" in gather(guest, [more], album=album.pk).text
    assert album.items.count() == MAX_PICTURES


def test_nobody_gathers_anothers_picture_or_into_anothers_album(
    stranger: Client, album: Album, painted: Rendering
) -> None:
    painted.change(public=True)
    answer = stranger.post(reverse("album_gather"), {"picture": painted.pk, "album": "new"})
    assert answer.status_code == 404
    (own,) = copies(painted, 1, **STRANGER.fields)
    assert "no such album" in gather(stranger, [own], album=album.pk).text
    assert album.items.count() == 3


@pytest.mark.parametrize(("place", "did", "order"), [
    (0, "later", [1, 0, 2]), (2, "earlier", [0, 2, 1]), (0, "earlier", [0, 1, 2]),
    (2, "later", [0, 1, 2]), (1, "out", [0, 2]),
])  # fmt: skip
def test_the_buttons_move_a_picture(
    guest: Client, album: Album, pictures: list[Rendering], place: int, did: str, order: list[int]
) -> None:
    answer = arrange(guest, album, picture=pictures[place].pk, do=did)
    assert answer.status_code == 302
    assert order_of(album) == [pictures[n].pk for n in order]


def test_an_order_is_sent_whole_and_what_it_leaves_out_follows(
    guest: Client, album: Album, pictures: list[Rendering], painted: Rendering
) -> None:
    one, two, three = (p.pk for p in pictures)
    assert arrange(guest, album, order=[three, uuid.uuid4(), one]).status_code == 302
    assert order_of(album) == [three, one, two]


@pytest.mark.parametrize("values", [
    {"picture": "x", "do": "out"}, {"picture": str(uuid.uuid4()), "do": "out"}, {"order": "x"}, {},
])  # fmt: skip
def test_an_order_of_nothing_is_not_found(
    guest: Client, album: Album, values: dict[str, str]
) -> None:
    before = order_of(album)
    assert arrange(guest, album, **values).status_code == 404
    assert order_of(album) == before


def test_an_unknown_wish_is_refused(guest: Client, album: Album, painted: Rendering) -> None:
    assert arrange(guest, album, picture=painted.pk, do="fly").status_code == 400


def test_a_cover_is_chosen_and_the_first_picture_stands_in(
    guest: Client, album: Album, pictures: list[Rendering]
) -> None:
    (card,) = guest.get(reverse("mine")).context["albums"]
    assert (card.shown, card.count) == (pictures[0], 3)
    arrange(guest, album, picture=pictures[2].pk, do="cover")
    (card,) = guest.get(reverse("mine")).context["albums"]
    assert card.shown == pictures[2]
    services.remove(pictures[2])
    (card,) = guest.get(reverse("mine")).context["albums"]
    assert (card.shown, card.count) == (pictures[0], 2)


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_a_private_album_is_for_its_owner_only(
    who: str, request: pytest.FixtureRequest, guest: Client, album: Album
) -> None:
    assert guest.get(album.get_absolute_url()).status_code == 200
    client = request.getfixturevalue(who)
    assert client.get(album.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("visibility", ["unlisted", "public"])
def test_others_see_of_an_album_only_what_is_published(
    guest: Client, stranger: Client, album: Album, pictures: list[Rendering], visibility: str
) -> None:
    Album.objects.update(visibility=visibility, cover=pictures[0])
    pictures[1].change(public=True)
    pictures[2].change(public=True, hidden_by_moderator=True)
    assert shown(stranger, album) == [pictures[1]]
    assert shown(guest, album) == pictures
    page = stranger.get(album.get_absolute_url())
    assert str(pictures[0].pk) not in page.text
    assert str(pictures[2].pk) not in page.text
    assert reverse("album_edit", args=[album.pk]) not in page.text
    assert ("X-Robots-Tag" in page) == (visibility == "unlisted")


def test_the_owner_is_told_what_others_do_not_see_and_may_publish_it(
    guest: Client, stranger: Client, album: Album, pictures: list[Rendering]
) -> None:
    assert "not published" not in guest.get(album.get_absolute_url()).text
    Album.objects.update(visibility="unlisted")
    page = guest.get(album.get_absolute_url()).text
    assert "3 of its pictures are not published" in page
    assert "Publish 3 pictures" in page
    guest.post(reverse("album_publish", args=[album.pk]))
    assert shown(stranger, album) == pictures
    assert "not published" not in guest.get(album.get_absolute_url()).text
    assert stranger.get(pictures[0].photo.view_url).status_code == 404


def test_an_album_is_renamed_and_shown(guest: Client, stranger: Client, album: Album) -> None:
    values = {"title": " Spring ", "description": "Of two", "visibility": "public"}
    assert guest.post(reverse("album_edit", args=[album.pk]), values).status_code == 302
    page = stranger.get(album.get_absolute_url()).text
    assert "Spring" in page
    assert "Of two" in page


@pytest.mark.parametrize("wrong", [
    {"title": ""}, {"title": "x" * 121}, {"visibility": "all"}, {"description": "x" * 1001},
    {"title": "nul\x00"},
])  # fmt: skip
def test_bad_input_changes_nothing_and_is_marked(
    guest: Client, album: Album, wrong: dict[str, str]
) -> None:
    values = {"title": "Spring", "visibility": "public", "description": ""} | wrong
    page = guest.post(reverse("album_edit", args=[album.pk]), values)
    assert page.status_code == 400
    assert 'class="wrong"' in page.text
    assert "<h1>Winter</h1>" in page.text
    assert Album.objects.get().title == "Winter"
    assert Album.objects.get().visibility == "private"


def test_an_album_is_made_by_its_title(client: Client, db: None) -> None:
    page = client.post(reverse("album_create"), {"title": "Autumn"}, follow=True)
    assert "The album is empty" in page.text
    page = client.post(reverse("album_create"), {"title": " "}, follow=True)
    assert "Give the album a title" in page.text
    assert Album.objects.count() == 1


def test_a_deleted_album_comes_back_and_goes_after_an_hour(guest: Client, album: Album) -> None:
    page = guest.post(reverse("album_delete", args=[album.pk]), follow=True)
    undo = reverse("album_restore", args=[album.pk])
    assert undo in page.text
    assert guest.get(album.get_absolute_url()).status_code == 404
    assert guest.post(undo).status_code == 302
    assert guest.get(album.get_absolute_url()).status_code == 200
    guest.post(reverse("album_delete", args=[album.pk]))
    row = Album.objects.get()
    row.deleted -= UNDO_TIME * 1.1
    row.save()
    assert purging.purge() == 1
    assert not Album.objects.exists()
    assert Rendering.objects.kept().count() == 3


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_others_do_nothing_to_an_album(
    who: str, request: pytest.FixtureRequest, guest: Client, album: Album, painted: Rendering
) -> None:
    Album.objects.update(visibility="public")
    before = list(Album.objects.values()), order_of(album)
    client = request.getfixturevalue(who)
    values = {"title": "Mine", "visibility": "public", "picture": painted.pk, "do": "out"}
    for name in ACTIONS:
        assert client.post(reverse(name, args=[album.pk]), values).status_code == 404, name
        assert guest.get(reverse(name, args=[album.pk])).status_code == 405, name
        careful = client_of(GUEST, careful=True)
        assert careful.post(reverse(name, args=[album.pk]), values).status_code == 403, name
    assert (list(Album.objects.values()), order_of(album)) == before


def test_what_is_typed_is_shown_as_text(guest: Client, album: Album, painted: Rendering) -> None:
    Album.objects.update(title=HARM[:120], description=HARM, visibility="public")
    for address in (album.get_absolute_url(), reverse("mine"), painted.get_absolute_url()):
        page = guest.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert PLAIN in page


def test_an_album_comes_along_is_exported_and_deleted(album: Album, painted: Rendering) -> None:
    from gallery.accounts import export

    assert Album in owned_models()
    user = make_member()
    take_over(GUEST, owner(user))
    assert Album.objects.of(owner(user)).get() == album
    assert shown(signed_in(user), album)[0] == painted
    found = dict(export.entries(owner(user), "vincent", "here"))
    (name,) = (name for name in found if name.startswith("albums/"))
    assert str(painted.pk) in str(found[name])
    user.delete()
    assert not Album.objects.exists()


def test_a_page_of_an_album_asks_as_often_for_twenty_pictures_as_for_two(
    guest: Client, stranger: Client, album: Album, painted: Rendering
) -> None:
    from tests.gallery.test_queries import queries

    Album.objects.update(visibility="public")
    for client in (guest, stranger):
        few = queries(client, album.get_absolute_url())
        make_album(copies(painted, 9, public=True))
        from gallery.community.albums import album_add

        album_add(album, copies(painted, 9, public=True))
        assert queries(client, album.get_absolute_url()) == few
    few = queries(guest, reverse("mine"))
    make_album([painted])  # and one more
    assert queries(guest, reverse("mine")) == few
