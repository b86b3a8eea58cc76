"""A link shows an album to whoever has it, as its owner arranged it, and tells nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, services
from gallery.accounts import belongings, export, leaving, moving
from gallery.community.albums import album_add, album_order
from gallery.links.models import ShareLink
from gallery.models import Album, Rendering
from gallery.owners import Owner
from tests import cast
from tests.cast import GUEST, STRANGER, body
from tests.community import HARM, PLAIN, make_album
from tests.gallery.test_cards_meta import HOST, Head
from tests.gallery.test_share_links import NEW, endings, with_gps
from tests.members import make_member, signed_in

ALL = {"allow_download": True, "show_photo": True}


def make_link(album: Album, password: str = "", **values: Any) -> ShareLink:
    link = ShareLink(album=album, **album.owned_by.fields, **values)
    link.set_password(password)
    link.save()
    return link


@pytest.fixture
def album(painted: Rendering) -> Album:
    """Three private pictures, Autumn first."""
    painted.change(name="Autumn")
    spring, summer = (cast.copies(painted, 1, name=name)[0] for name in ("Spring", "Summer"))
    return make_album([painted, spring, summer], title="Seasons")


@pytest.fixture
def link(album: Album) -> ShareLink:
    return make_link(album)


def at(link: ShareLink, *more: object) -> str:
    return link.get_absolute_url() + "".join(f"{part}/" for part in more)


def file_of(link: ShareLink, place: int, kind: str) -> str:
    return reverse("share_album_file", args=[link.token, place, kind])


def addresses(link: ShareLink, places: int = 3) -> list[str]:
    """All there is of it: pages, files, downloads."""
    found = [at(link), at(link, "zip")]
    for place in range(1, places + 1):
        found.append(at(link, place))
        found += [file_of(link, place, kind) for kind in ("thumb", "view", "photo")]
        found += [at(link, place, "download", kind) for kind in ("jpg", "png", "webp")]
    return found


def titles(client: Client, link: ShareLink) -> list[str]:
    page = client.get(at(link))
    assert page.status_code == 200
    return [picture["title"] for picture in page.context["pictures"]]


def names_in(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_its_owner_makes_one_on_the_albums_page_and_a_stranger_sees_it(
    guest: Client, client: Client, album: Album
) -> None:
    asked = reverse("album_link_create", args=[album.pk])
    assert f'action="{asked}"' in guest.get(album.get_absolute_url()).text
    answer = guest.post(asked, NEW | {"allow_download": "on"})
    link = ShareLink.objects.get()
    assert answer.url == album.get_absolute_url() + "#links"
    assert (link.album, link.rendering, link.owned_by) == (album, None, GUEST)
    assert link.token in guest.get(album.get_absolute_url()).text
    assert client.get(album.get_absolute_url()).status_code == 404
    assert titles(client, link) == ["Autumn", "Spring", "Summer"]
    assert link.token not in client.get(at(link, 1)).context["places"]["title"]


def test_pictures_are_opened_one_by_one(client: Client, link: ShareLink) -> None:
    page = client.get(at(link)).text
    assert re.findall(r'class="work" href="([^"]+)"', page) == [at(link, n) for n in (1, 2, 3)]
    ways = []
    for place in (1, 2, 3):
        answer = client.get(at(link, place))
        assert f"Picture {place} of 3" in answer.text
        ways.append([answer.context["places"][to] for to in ("earlier", "later")])
        assert f'href="{at(link)}"' in answer.text
        view = client.get(file_of(link, place, "view"))
        assert view["Content-Type"] == "image/webp"
    assert ways == [["", at(link, 2)], [at(link, 1), at(link, 3)], [at(link, 2), ""]]
    for place in (0, 4, 10_001, 10**30):
        assert client.get(at(link, place)).status_code == 404
    assert client.get(f"/s/{link.token}/4/view").status_code == 404


def test_it_shows_what_is_finished_in_the_owners_order(
    client: Client, link: ShareLink, album: Album
) -> None:
    autumn, spring, summer = (item.rendering for item in album.items.all())
    album_order(album, [summer.pk, autumn.pk, spring.pk])
    assert titles(client, link) == ["Summer", "Autumn", "Spring"]
    (winter,) = cast.copies(autumn, 1, name="Winter", state="running")
    album_add(album, [winter])
    assert titles(client, link) == ["Summer", "Autumn", "Spring"]
    winter.change(state="done")
    spring.change(public=True)
    assert titles(client, link) == ["Summer", "Autumn", "Spring", "Winter"]
    autumn.change(hidden_by_moderator=True)
    services.remove(summer)
    assert titles(client, link) == ["Spring", "Winter"]
    assert "Winter" in client.get(at(link, 2)).text
    assert client.get(at(link, 3)).status_code == 404
    album.items.all().delete()
    assert "nothing to see" in client.get(at(link)).text
    assert client.get(at(link, "zip")).status_code == 404


def test_only_ticked_things_are_shown(client: Client, album: Album) -> None:
    plain, generous = make_link(album), make_link(album, **ALL)
    open_ones = [at(plain), *(at(plain, n) for n in (1, 2, 3))]
    open_ones += [file_of(plain, n, kind) for n in (1, 2, 3) for kind in ("thumb", "view")]
    for address in addresses(plain):
        expected = 200 if address in open_ones else 404
        assert client.get(address).status_code == expected, address
    assert {client.get(address).status_code for address in addresses(generous)} == {200}
    assert 'data-mode="single"' in client.get(at(plain, 1)).text
    assert 'data-mode="compare"' in client.get(at(generous, 1)).text
    assert "download" not in client.get(at(plain)).text


def test_the_zip_has_the_pictures_in_their_order(client: Client, album: Album) -> None:
    link = make_link(album, **ALL)
    answer = client.get(at(link, "zip"))
    assert answer.streaming
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="seasons.zip"'
    data = body(answer)
    assert names_in(data) == ["01-autumn.png", "02-spring.png", "03-summer.png"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        for name in archive.namelist():
            with archive.open(name) as file:
                picture = Image.open(file)
                picture.load()
                assert picture.format == "PNG"
                assert set(picture.info) <= {"icc_profile"}


@pytest.mark.parametrize("title", ["../../etc/passwd", "C:\\con", "\u202egpj", ".", "星月夜"])
def test_names_in_the_zip_are_safe(client: Client, album: Album, title: str) -> None:
    Rendering.objects.update(name=title)
    Album.objects.update(title=title)
    answer = client.get(at(make_link(album, **ALL), "zip"))
    for name in names_in(body(answer)):
        assert len(PurePosixPath(name).parts) == 1
        assert re.fullmatch(r"0[1-3]-[a-z0-9-]+\.png", name)
    assert re.search(r'filename="[a-z0-9-]+\.zip"', answer["Content-Disposition"])


def everything(client: Client, link: ShareLink) -> bytes:
    """All bytes of all answers with their headers, those behind the door included; ZIPs opened."""
    got = [client.head(at(link)), client.get(at(link))]
    if link.has_door:
        got.append(client.get(at(link, 2)))
        got.append(client.post(at(link), {"password": "wrong"}))
        got.append(client.post(at(link), {"password": "sesame"}))
        got.append(client.get(at(link)))
    asked = [client.get(address) for address in addresses(link)]
    assert {answer.status_code for answer in asked} == {200}
    parts = [body(answer) for answer in [*got, *asked]]
    for data in list(parts):
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts += [name.encode() + archive.read(name) for name in archive.namelist()]
    headers = repr([list(answer.items()) for answer in [*got, *asked]]).encode()
    return b"\n".join(parts) + headers


@pytest.mark.parametrize("password", ["", "sesame"])
def test_nothing_of_the_owner_is_in_any_byte_of_it(
    client: Client, album: Album, painted: Rendering, password: str
) -> None:
    user = make_member("vincent")
    member = Owner(user_id=user.pk)
    painting = cast.make_painting(member, title="holiday-1987-rosa")
    style = cast.make_taught(member, title="Rosas style", artist="Rosa")
    mask = cast.make_mask(painted.photo)
    with_gps(painted)
    styles = [["udnie", 1.0], [painting.ref, 1.0], [style.ref, 1.0]]
    recipe = painted.recipe | {"styles": styles, "masks": [["udnie", str(mask.pk)]]}
    Rendering.objects.filter(pk=painted.pk).update(name="")
    Rendering.objects.update(
        owner=user, guest="", recipe=recipe, worker="atelier-7",
        styles_named={painting.ref: {"title": painting.title, "artist": "Rosa"},
                      style.ref: {"title": style.title, "artist": "Rosa"}},
    )  # fmt: skip
    Album.objects.update(owner=user, guest="")
    album.refresh_from_db()
    photo = painted.photo
    type(photo).objects.update(title="IMG_20190815 at home")
    link = make_link(album, password, **ALL)
    sent = everything(client, link)
    assert b"A painting" in sent
    assert b"A style of their own" in sent
    ids = [painted, photo, painting, style, mask, link, album, *Rendering.objects.all()]
    secrets = [
        "vincent", "the-guest", "holiday", "rosa", "Rosa", "20190815", "coffee", "Coffee",
        "Exif", "NikonBee", "atelier", photo.folder,
        *(str(row.pk) for row in ids), *(row.pk.hex for row in ids),
        *(str(row.pk)[:8] for row in ids),
    ]  # fmt: skip
    for secret in secrets:
        assert secret.encode() not in sent, secret


def test_the_owner_is_named_only_if_ticked(client: Client, album: Album) -> None:
    user = make_member("vincent")
    Rendering.objects.update(owner=user, guest="")
    Album.objects.update(owner=user, guest="")
    album.refresh_from_db()
    for named in (False, True):
        link = make_link(album, show_owner=named)
        for address in (at(link), at(link, 1)):
            assert ("vincent" in client.get(address).text) == named


def test_every_answer_is_kept_from_searches_caches_and_other_sites(
    client: Client, album: Album
) -> None:
    link = make_link(album, **ALL)
    for address in [*addresses(link), at(link, 9), "/s/never-there/1/", "/s/never-there/zip/"]:
        answer = client.get(address)
        assert answer["Cache-Control"].startswith("private"), address
        assert answer["Referrer-Policy"] == "same-origin"
        assert "noindex" in answer["X-Robots-Tag"]
    for page in (at(link), at(link, 1)):
        head = Head(client.get(page).text)
        assert head.told["robots"].startswith("noindex")
        assert "canonical" not in head.links


def test_a_preview_shows_the_cover_but_not_what_is_behind_a_door(
    client: Client, album: Album
) -> None:
    link = make_link(album)
    told = Head(client.get(at(link)).text).told
    assert told["og:title"] == "Seasons"
    assert told["og:description"] == "3 pictures"
    assert told["og:image"] == HOST + file_of(link, 1, "view")
    album.cover = album.items.all()[2].rendering
    album.save()
    told = Head(client.get(at(link)).text).told
    assert told["og:image"] == HOST + file_of(link, 3, "view")
    picture = Image.open(io.BytesIO(body(Client().get(file_of(link, 3, "view")))))
    assert picture.size == (int(told["og:image:width"]), int(told["og:image:height"]))
    assert Head(client.get(at(link, 2)).text).told["og:url"] == HOST + at(link, 2)
    for values in ({"password": "sesame"}, {"view_limit": 1}):
        closed = make_link(album, **values)
        page = Client().get(at(closed)).text
        assert "og:image" not in page
        assert "Seasons" not in page


def test_words_of_the_owner_are_text(client: Client, album: Album) -> None:
    Album.objects.update(title=HARM, description=HARM)
    Rendering.objects.update(name=HARM, alt=HARM)
    link = make_link(album)
    for page in (at(link), at(link, 1)):
        text = client.get(page).text
        assert HARM not in text
        assert PLAIN in text


def albums_endings() -> dict[str, Any]:
    theirs = ("its picture is deleted", "its photo is deleted", "it has nothing to show")
    return {name: end for name, end in endings().items() if name not in theirs} | {
        "its album is deleted": lambda link: services.remove(link.album),
        "it has nothing to show": lambda link: ShareLink.objects.update(album=None),
    }


@pytest.mark.parametrize("ending", albums_endings())
def test_a_link_that_is_over_looks_like_one_that_never_was(album: Album, ending: str) -> None:
    link = make_link(album, **ALL)
    albums_endings()[ending](link)
    for address in addresses(link):
        answer = Client().get(address)
        never = Client().get(address.replace(link.token, "y" * 22))
        assert answer.status_code == 404
        assert answer.templates[0].name == "link_gone.html"
        assert len(answer.content) == len(never.content)
        told, otherwise = dict(answer.items()), dict(never.items())
        assert told.pop("X-Request-ID") != otherwise.pop("X-Request-ID")  # each has its own
        assert told == otherwise


def test_a_deleted_album_that_comes_back_brings_its_link(client: Client, link: ShareLink) -> None:
    services.remove(link.album)
    services.restore(link.album)
    assert client.get(at(link, 1)).status_code == 200


def test_a_link_to_a_picture_has_no_places_and_one_to_an_album_no_picture(
    client: Client, painted: Rendering, link: ShareLink
) -> None:
    other = ShareLink.objects.create(rendering=painted, **ALL, **GUEST.fields)
    for address in addresses(other)[1:]:
        assert client.get(address).status_code == 404, address
    Album.objects.update(title="x")
    ShareLink.objects.update(**ALL)
    for kind in ("view", "photo"):
        assert client.get(reverse("share_file", args=[link.token, kind])).status_code == 404
    assert client.get(reverse("share_download", args=[link.token, "jpg"])).status_code == 404


def test_a_password_is_before_everything_in_it(client: Client, album: Album) -> None:
    link = make_link(album, "sesame", **ALL)
    pages = [at(link, place) for place in (1, 2, 3)]
    for address in addresses(link)[1:]:
        answer = client.get(address)
        assert answer.status_code == (302 if address in pages else 404), address
    assert client.get(pages[1]).url == at(link)
    assert "Seasons" not in client.get(pages[1], follow=True).text
    assert client.post(at(link), {"password": "x"}).status_code == 403
    right = client.post(at(link), {"password": "sesame"}, follow=True)
    assert "Seasons" in right.text
    assert {client.get(address).status_code for address in addresses(link)} == {200}
    assert Client().get(file_of(link, 1, "thumb")).status_code == 404


def test_a_visitor_counts_once_wherever_they_come_in(
    guest: Client, stranger: Client, client: Client, link: ShareLink
) -> None:
    for who in (client, guest, stranger):
        for address in (at(link, 2), at(link), at(link, 3)):
            assert who.get(address).status_code == 200
    Client().head(at(link, 1))
    link.refresh_from_db()
    assert link.views == 2


def test_a_limited_link_lets_in_so_many(album: Album) -> None:
    link = make_link(album, view_limit=1)
    first, second = Client(), Client()
    assert first.get(at(link, 1)).status_code == 302
    assert [who.post(at(link), follow=True).status_code for who in (first, second)] == [200, 404]
    assert first.get(at(link, 3)).status_code == 200
    assert {second.get(address).status_code for address in addresses(link)} == {404}


def test_nobody_else_makes_one_and_a_wrong_wish_is_told(
    guest: Client, stranger: Client, client: Client, album: Album
) -> None:
    asked = reverse("album_link_create", args=[album.pk])
    for who in (stranger, client):
        assert who.post(asked, NEW).status_code == 404
        assert who.get(asked).status_code == 405
    page = guest.post(asked, NEW | {"password": "abc"}, follow=True)
    assert "at least 4 letters" in page.text
    assert not ShareLink.objects.exists()
    made = guest.post(asked, NEW, headers={"Accept": "application/json"})
    assert made.json()["url"] == HOST + ShareLink.objects.get().get_absolute_url()


def test_visitors_of_a_public_album_see_no_links(client: Client, link: ShareLink) -> None:
    Album.objects.update(visibility="public")
    page = client.get(link.album.get_absolute_url())
    assert link.token not in page.text
    assert "link_create" not in page.text
    assert "Share by a link" not in page.text


def test_it_is_listed_with_its_state_and_revoked(
    guest: Client, client: Client, album: Album
) -> None:
    link = make_link(album)
    page = guest.get(reverse("my_links"))
    assert [row.state for row in page.context["links"]] == ["Open"]
    assert "Seasons" in page.text
    assert album.items.first().rendering.thumb_url in page.text
    theirs = make_link(make_album([], STRANGER))
    guest.post(reverse("link_revoke", args=[link.pk]))
    assert client.get(at(link, 1)).status_code == 404
    guest.post(reverse("link_restore", args=[link.pk]))
    services.remove(album)
    page = guest.get(reverse("my_links"))
    assert [row.state for row in page.context["links"]] == ["Its album is deleted"]
    assert theirs.token not in page.text


def test_a_link_shows_one_thing(painted: Rendering, album: Album) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.create(rendering=painted, album=album, **GUEST.fields)


def test_the_number_of_queries_does_not_grow_with_the_pictures(
    guest: Client, album: Album, painted: Rendering
) -> None:
    def asked(address: str, client: Client) -> int:
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(address)
            assert answer.status_code == 200
        return len(caught)

    def some(number: int) -> None:
        for n in range(number):
            painting = cast.make_painting(title=f"{number} {n}", public=bool(n % 2))
            recipe = painted.recipe | {"styles": [[painting.ref, 1.0]]}
            album_add(album, cast.copies(painted, 1, recipe=recipe, name=""))
            make_link(make_album([painted], title=f"{n}"))

    link = make_link(album, **ALL)
    visitor = Client()
    some(2)
    visitor.get(at(link))
    pages = [at(link), at(link, 2), file_of(link, 2, "thumb"), at(link, "zip")]
    few = [asked(page, visitor) for page in pages] + [asked(reverse("my_links"), guest)]
    some(9)
    many = [asked(page, visitor) for page in pages] + [asked(reverse("my_links"), guest)]
    assert many == few
    assert max(few) < 12


def test_links_come_along_are_exported_and_leave_with_the_account(
    client: Client, link: ShareLink
) -> None:
    user = make_member()
    member = Owner(user_id=user.pk)
    moving.take_over(GUEST, member)
    assert belongings.counts(member)["link"] == 1
    told = dict(export.entries(member, "x", "y"))["manifest.json"].decode()
    assert f'"album": "{link.album_id}"' in told
    assert link.token not in told
    leaving.account_delete(signed_in(user).get(reverse("account")).wsgi_request, user)
    assert not ShareLink.objects.exists()
    assert client.get(at(link)).status_code == 404


def test_an_album_deleted_long_ago_takes_its_links(link: ShareLink) -> None:
    services.remove(link.album)
    Album.objects.update(deleted=timezone.now() - timedelta(hours=2))
    purging.purge()
    assert not ShareLink.objects.exists()
