"""A link shows one picture to whoever has it, for as long as it lasts, and tells nothing else."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, services
from gallery.links import own
from gallery.links.models import ShareLink
from gallery.models import Rendering
from gallery.owners import Owner
from tests import cast
from tests.cast import GUEST, STRANGER, body
from tests.members import make_member, signed_in

NEW = {"lasts": "7"}


@pytest.fixture
def link(painted: Rendering) -> ShareLink:
    return make_link(painted)


def make_link(picture: Rendering, password: str = "", **values: Any) -> ShareLink:
    link = ShareLink(rendering=picture, **picture.owned_by.fields, **values)
    link.set_password(password)
    link.save()
    return link


def files_of(link: ShareLink) -> list[str]:
    views = [reverse("share_file", args=[link.token, kind]) for kind in ("view", "photo")]
    downloads = [reverse("share_download", args=[link.token, k]) for k in ("jpg", "png", "webp")]
    return views + downloads


def statuses(client: Client, link: ShareLink) -> list[int]:
    asked = [link.get_absolute_url(), *files_of(link)]
    return [client.get(address).status_code for address in asked]


def test_its_owner_makes_one_and_a_stranger_sees_the_private_picture(
    guest: Client, client: Client, painted: Rendering
) -> None:
    answer = guest.post(reverse("link_create", args=[painted.pk]), NEW)
    link = ShareLink.objects.get()
    assert answer.url == painted.get_absolute_url() + "#links"
    assert link.owned_by == GUEST
    assert len(link.token) == 22
    assert link.token in guest.get(painted.get_absolute_url()).text
    assert client.get(painted.get_absolute_url()).status_code == 404
    page = client.get(link.get_absolute_url())
    assert page.status_code == 200
    assert painted.title in page.text
    view = client.get(reverse("share_file", args=[link.token, "view"]))
    assert body(view) == painted.view.open().read()


def test_only_ticked_things_are_shown(client: Client, painted: Rendering) -> None:
    plain = make_link(painted)
    assert statuses(client, plain) == [200, 200, 404, 404, 404, 404]
    assert 'data-mode="single"' in client.get(plain.get_absolute_url()).text
    generous = make_link(painted, allow_download=True, show_photo=True)
    assert statuses(client, generous) == [200] * 6
    assert 'data-mode="compare"' in client.get(generous.get_absolute_url()).text


def test_the_owner_is_named_only_if_ticked(client: Client, painted: Rendering) -> None:
    user = make_member("vincent")
    Rendering.objects.update(owner=user, guest="")
    painted.refresh_from_db()
    for named in (False, True):
        page = client.get(make_link(painted, show_owner=named).get_absolute_url())
        assert ("vincent" in page.text) == named


def everything(client: Client, link: ShareLink) -> bytes:
    """All bytes of all answers with their headers, those behind the door included."""
    got = [client.head(link.get_absolute_url()), client.get(link.get_absolute_url())]
    if link.has_door:
        got.append(client.post(link.get_absolute_url(), {"password": "wrong"}))
        got.append(client.post(link.get_absolute_url(), {"password": "sesame"}))
        got.append(client.get(link.get_absolute_url()))
    got += [client.get(address) for address in files_of(link)]
    assert got[-1].status_code == 200
    headers = repr([list(answer.items()) for answer in got]).encode()
    return b"".join(body(answer) for answer in got) + headers


@pytest.mark.parametrize("password", ["", "sesame"])
def test_nothing_of_the_owner_is_in_any_byte_of_it(
    client: Client, painted: Rendering, password: str
) -> None:
    user = make_member("vincent")
    painting = cast.make_painting(Owner(user_id=user.pk), title="holiday-1987-rosa")
    with_gps(painted)
    styles = [["udnie", 1.0], [painting.ref, 1.0]]
    Rendering.objects.update(
        owner=user, guest="", recipe=painted.recipe | {"styles": styles},
        styles_named={painting.ref: {"title": painting.title, "artist": "Rosa"}},
    )  # fmt: skip
    photo = painted.photo
    type(photo).objects.update(title="IMG_20190815 at home")
    painted.refresh_from_db()
    link = make_link(painted, password, allow_download=True, show_photo=True)
    sent = everything(client, link)
    assert b"A painting" in sent
    secrets = [
        "vincent", "the-guest", "holiday", "rosa", "Rosa", "20190815", "coffee", "Coffee",
        str(painted.pk), str(photo.pk), str(painting.pk), str(link.pk), painted.pk.hex,
        photo.pk.hex, str(painted.pk)[:8], painted.folder, "Exif", "NikonBee",
    ]  # fmt: skip
    for secret in secrets:
        assert secret.encode() not in sent, secret


def with_gps(picture: Rendering) -> None:
    """The original, which no link serves, has what a camera writes."""
    exif = Image.Exif()
    exif[0x0110] = "NikonBee"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    cast.sample("coffee.png").save(out, "JPEG", exif=exif)
    assert b"NikonBee" in out.getvalue()
    with picture.photo.original.storage.open(picture.photo.original.name, "wb") as file:
        file.write(out.getvalue())


def test_the_pictures_carry_no_metadata(client: Client, painted: Rendering) -> None:
    link = make_link(painted, allow_download=True, show_photo=True)
    for address in files_of(link):
        picture = Image.open(io.BytesIO(body(client.get(address))))
        assert not picture.getexif()
        assert set(picture.info) <= {"icc_profile", "jfif", "jfif_version", "jfif_unit",
                                     "jfif_density", "loop", "background", "timestamp",
                                     "duration", "progressive", "progression", "dpi"}  # fmt: skip


def test_every_answer_is_kept_from_searches_caches_and_other_sites(
    client: Client, link: ShareLink
) -> None:
    asked = [link.get_absolute_url(), files_of(link)[0], "/s/never-there/", files_of(link)[3]]
    for address in asked:
        answer = client.get(address)
        assert answer["Cache-Control"].startswith("private")
        assert answer["Referrer-Policy"] == "same-origin"
        assert "noindex" in answer["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in client.get(asked[0]).text


def test_a_preview_shows_the_picture_but_not_what_is_behind_a_door(
    client: Client, painted: Rendering
) -> None:
    link = make_link(painted)
    image = f'<meta property="og:image" content="http://testserver{files_of(link)[0]}">'
    assert image in client.get(link.get_absolute_url()).text
    closed = make_link(painted, "sesame")
    page = client.get(closed.get_absolute_url()).text
    assert "og:title" in page
    assert "og:image" not in page
    assert painted.title not in page


def endings() -> dict[str, Any]:
    past = timezone.now() - timedelta(minutes=1)
    return {
        "expired": lambda link: ShareLink.objects.update(expires=past),
        "revoked": lambda link: services.remove(link),
        "used up": lambda link: ShareLink.objects.update(view_limit=1, views=1),
        "its picture is deleted": lambda link: services.remove(link.rendering),
        "its photo is deleted": lambda link: services.remove(link.rendering.photo),
        "it never was": lambda link: ShareLink.objects.update(token="x" * 22),
        "it has nothing to show": lambda link: ShareLink.objects.update(rendering=None),
    }


@pytest.mark.parametrize("ending", endings())
def test_a_link_that_is_over_looks_like_one_that_never_was(
    client: Client, painted: Rendering, ending: str
) -> None:
    link = make_link(painted, allow_download=True, show_photo=True)
    endings()[ending](link)
    never = Client().get("/s/" + "y" * 22 + "/")
    for address in [link.get_absolute_url(), *files_of(link)]:
        answer = Client().get(address)
        assert answer.status_code == 404
        assert answer.templates[0].name == "link_gone.html"
    page = client.get(link.get_absolute_url())
    assert len(page.content) == len(never.content)
    told, otherwise = dict(page.items()), dict(never.items())
    assert told.pop("X-Request-ID") != otherwise.pop("X-Request-ID")  # every request has its own
    assert told == otherwise
    assert client.post(link.get_absolute_url(), {"password": "x"}).status_code == 404


def test_a_deleted_picture_that_comes_back_brings_its_link(client: Client, link: ShareLink) -> None:
    services.remove(link.rendering)
    services.restore(link.rendering)
    assert client.get(link.get_absolute_url()).status_code == 200


def test_a_visitor_counts_once_and_its_owner_does_not(
    guest: Client, client: Client, stranger: Client, link: ShareLink
) -> None:
    for visitor in (client, client, stranger, guest, client):
        visitor.get(link.get_absolute_url())
    client.head(link.get_absolute_url())
    link.refresh_from_db()
    assert link.views == 2


def test_a_limited_link_lets_in_so_many_and_those_may_come_back(painted: Rendering) -> None:
    link = make_link(painted, view_limit=2)
    visitors = [Client() for _ in range(3)]
    address = link.get_absolute_url()
    for visitor in visitors:
        page = visitor.get(address)
        assert painted.title not in page.text  # previews do not knock, and use nothing up
    came = [visitor.post(address, follow=True).status_code for visitor in visitors]
    assert came == [200, 200, 404]
    assert [visitor.get(address).status_code for visitor in visitors] == [200, 200, 404]
    assert painted.title in visitors[0].get(address).text
    assert visitors[2].get(files_of(link)[0]).status_code == 404
    link.refresh_from_db()
    assert link.views == 2


def test_the_last_view_is_given_once(painted: Rendering) -> None:
    link = make_link(painted, view_limit=1)
    twice = [ShareLink.objects.get().count_view(), link.count_view()]
    assert twice == [True, False]


def test_a_password_opens_it_and_a_wrong_one_says_so(client: Client, painted: Rendering) -> None:
    link = make_link(painted, "sesame", allow_download=True)
    assert "sesame" not in link.password
    address = link.get_absolute_url()
    assert {client.get(a).status_code for a in files_of(link)} == {404}
    wrong = client.post(address, {"password": "Sesame"})
    assert wrong.status_code == 403
    assert "not the password" in wrong.text
    assert client.post(address).status_code == 403
    right = client.post(address, {"password": "sesame"}, follow=True)
    assert painted.title in right.text
    assert client.get(files_of(link)[3]).status_code == 200
    assert painted.title not in Client().get(address).text


def test_wrong_passwords_are_counted_and_right_ones_are_not(
    client: Client, painted: Rendering, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"link": "2/10m/ip"}
    address = make_link(painted, "sesame").get_absolute_url()
    for _ in range(4):
        assert Client().post(address, {"password": "sesame"}).status_code == 302
    said = [client.post(address, {"password": "x"}).status_code for _ in range(3)]
    assert said == [403, 403, 429]
    late = client.post(address, {"password": "sesame"})
    assert late.status_code == 429
    assert "Try again in about" in late.text
    assert 0 < int(late["Retry-After"]) <= 1200


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"lasts": "9"}, "Lasts:"),
        ({"password": "abc"}, "at least 4 letters"),
        ({"password": "x" * 101}, "at most 100"),
        ({"view_limit": "0"}, "whole number"),
        ({"view_limit": "x"}, "whole number"),
        ({"view_limit": "9" * 30}, "whole number"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    guest: Client, painted: Rendering, values: dict, reason: str
) -> None:
    address = reverse("link_create", args=[painted.pk])
    assert reason in guest.post(address, NEW | values, follow=True).text
    answer = guest.post(address, NEW | values, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert reason in answer.json()["error"]
    assert not ShareLink.objects.exists()


def test_only_a_finished_picture_has_links(guest: Client, rendering: Rendering) -> None:
    address = reverse("link_create", args=[rendering.pk])
    assert "Only a finished picture" in guest.post(address, NEW, follow=True).text


def test_there_is_an_end_to_links(guest: Client, link: ShareLink, monkeypatch) -> None:
    monkeypatch.setattr(own, "MOST", 1)
    address = reverse("link_create", args=[link.rendering_id])
    assert "links are enough" in guest.post(address, NEW, follow=True).text
    assert ShareLink.objects.count() == 1


@pytest.mark.parametrize("lasts", ["1", "0"])
def test_it_lasts_as_long_as_asked(guest: Client, painted: Rendering, lasts: str) -> None:
    guest.post(reverse("link_create", args=[painted.pk]), {"lasts": lasts})
    expires = ShareLink.objects.get().expires
    if lasts == "0":
        assert expires is None
    else:
        assert timedelta(hours=23) < expires - timezone.now() <= timedelta(days=1)


def test_all_ones_links_are_listed_with_their_state(guest: Client, painted: Rendering) -> None:
    past = timezone.now() - timedelta(minutes=1)
    made = {
        "Open": make_link(painted),
        "Expired": make_link(painted, expires=past),
        "Used up": make_link(painted, view_limit=3, views=3),
        "Revoked": make_link(painted, deleted=timezone.now()),
    }
    other = cast.make_photo(STRANGER)
    theirs = make_link(cast.submit(other))
    page = guest.get(reverse("my_links"))
    assert {link.pk: link.state for link in page.context["links"]} == {
        link.pk: state for state, link in made.items()
    }
    assert theirs.token not in page.text
    services.remove(painted)
    page = guest.get(reverse("my_links"))
    assert "Its picture is deleted" in {link.state for link in page.context["links"]}


def test_a_revoked_link_can_be_brought_back(guest: Client, client: Client, link: ShareLink) -> None:
    page = guest.post(reverse("link_revoke", args=[link.pk]), follow=True)
    undo = reverse("link_restore", args=[link.pk])
    assert undo in page.text
    assert client.get(link.get_absolute_url()).status_code == 404
    guest.post(undo)
    assert client.get(link.get_absolute_url()).status_code == 200


def test_all_are_revoked_at_once_and_only_ones_own(guest: Client, painted: Rendering) -> None:
    mine = [make_link(painted) for _ in range(3)]
    theirs = make_link(cast.submit(cast.make_photo(STRANGER)))
    page = guest.post(reverse("links_revoke_all"), follow=True)
    assert "3 links are revoked" in page.text
    assert ShareLink.objects.kept().get() == theirs
    assert mine[0].token in page.text


def test_nobody_else_revokes_or_makes_one(
    stranger: Client, client: Client, link: ShareLink
) -> None:
    asked = [reverse(name, args=[link.pk]) for name in ("link_revoke", "link_restore")]
    asked.append(reverse("link_create", args=[link.rendering_id]))
    for who in (stranger, client):
        for address in asked:
            assert who.post(address, NEW).status_code == 404
        assert who.get(asked[0]).status_code == 405
        assert who.post(reverse("links_revoke_all")).status_code == 302
    assert ShareLink.objects.kept().count() == 1


def test_nobody_else_is_shown_the_links_of_a_public_picture(
    client: Client, link: ShareLink
) -> None:
    services.rendering_publish(link.rendering, public=True, show_photo=False)
    assert link.token not in client.get(link.rendering.get_absolute_url()).text


def test_links_come_along_to_an_account_are_exported_and_leave_with_it(
    client: Client, link: ShareLink
) -> None:
    from gallery.accounts import belongings, export, leaving, moving

    user = make_member()
    member = Owner(user_id=user.pk)
    moving.take_over(GUEST, member)
    assert belongings.counts(member)["link"] == 1
    assert [e for e in export.entries(member, "x", "y") if e[0] == "manifest.json"
            and b'"link"' in e[1]]  # fmt: skip
    request = signed_in(user).get(reverse("account")).wsgi_request
    leaving.account_delete(request, user)
    assert not ShareLink.objects.exists()
    assert client.get(link.get_absolute_url()).status_code == 404


def test_a_link_revoked_long_ago_is_no_more(link: ShareLink) -> None:
    ShareLink.objects.update(deleted=timezone.now() - timedelta(hours=2))
    purging.purge()
    assert not ShareLink.objects.exists()
