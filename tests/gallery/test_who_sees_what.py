"""Private is the default: what is not for a visitor is not there, and nothing tells that it is."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from gallery import services
from gallery.models import Painting, Photo, Rendering, TaughtStyle
from tests.cast import body, make_painting, make_taught

PHOTO_PAGES = ["studio", "regions"]
PICTURE_PAGES = ["picture", "remix"]
PICTURE_FILES = ["result", "view", "thumb", "thumb-400"]
JPEGS = [1200, 640, 320, 160]
PHOTO_FILES = ["original", "view", "thumb"]
DOWNLOADS = ["jpg", "png", "webp"]


def photo_addresses(photo: Photo) -> list[str]:
    pages = [reverse(name, args=[photo.pk]) for name in PHOTO_PAGES]
    return pages + [reverse("photo_file", args=[photo.pk, kind]) for kind in PHOTO_FILES]


def picture_addresses(rendering: Rendering) -> list[str]:
    pages = [reverse(name, args=[rendering.pk]) for name in PICTURE_PAGES]
    pages += [reverse("picture_file", args=[rendering.pk, kind]) for kind in PICTURE_FILES]
    pages += [reverse("picture_jpeg", args=[rendering.pk, size]) for size in JPEGS]
    return pages + [reverse("picture_download", args=[rendering.pk, kind]) for kind in DOWNLOADS]


def answers(client: Client, addresses: list[str]) -> set[int]:
    return {client.get(address).status_code for address in addresses}


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "gallery",
        "mine",
        "mix_start",
        "api",
        "teach",
        "batch_create",
        "my_links",
        "gallery_feed",
    ],
)
@pytest.mark.parametrize("who", ["client", "guest", "stranger", "member"])
def test_the_open_pages_are_for_everybody(
    name: str, who: str, request: pytest.FixtureRequest, painted: Rendering
) -> None:
    assert request.getfixturevalue(who).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("who", ["client", "guest", "stranger", "member"])
def test_a_built_in_style_is_for_everybody_and_shows_what_hangs(
    who: str, request: pytest.FixtureRequest, painted: Rendering
) -> None:
    page = request.getfixturevalue(who).get(reverse("built_in_style", args=["udnie"]))
    assert page.status_code == 200
    assert str(painted.pk) not in page.text


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_doors_are_for_guests(
    name: str, client: Client, guest: Client, stranger: Client, db: None
) -> None:
    assert answers(client, [reverse(name)]) | answers(guest, [reverse(name)]) == {200}
    assert answers(stranger, [reverse(name)]) == {200}


@pytest.mark.parametrize(
    "name",
    ["account", "account_email", "account_change_password", "account_delete", "favourites"],
)
def test_the_account_pages_are_for_members(name: str, guest: Client, member: Client) -> None:
    assert answers(guest, [reverse(name)]) == {302}
    user = get_user_model().objects.get()
    user.set_password("starry-irises-1889")
    user.save()
    member.force_login(user)
    assert answers(member, [reverse(name)]) == {200}


def test_the_owner_sees_all_of_it(guest: Client, painted: Rendering) -> None:
    assert answers(guest, photo_addresses(painted.photo) + picture_addresses(painted)) == {200}


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_nobody_else_sees_any_of_it(
    who: str, request: pytest.FixtureRequest, painted: Rendering
) -> None:
    client = request.getfixturevalue(who)
    assert answers(client, photo_addresses(painted.photo) + picture_addresses(painted)) == {404}


def test_work_of_a_member_is_not_that_of_a_guest(guest: Client, painted: Rendering, member) -> None:
    user = int(member.session["_auth_user_id"])
    Rendering.objects.update(owner_id=user, guest="")
    assert answers(member, picture_addresses(painted)) == {200}
    assert answers(guest, picture_addresses(painted)) == {404}


def test_what_is_private_and_what_is_not_there_look_the_same(
    stranger: Client, painted: Rendering
) -> None:
    private = stranger.get(painted.get_absolute_url())
    absent = stranger.get(reverse("picture", args=[uuid.uuid4()]))
    assert private.status_code == absent.status_code == 404
    assert private.templates[0].name == absent.templates[0].name
    assert len(private.content) == len(absent.content)


@pytest.fixture
def painting(db: None) -> Painting:
    return make_painting()


def painting_addresses(painting: Painting) -> list[str]:
    files = [reverse("painting_file", args=[painting.pk, kind]) for kind in PHOTO_FILES]
    return [*files, reverse("painting_region", args=[painting.pk])]


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_a_private_painting_is_for_nobody_but_its_owner(
    who: str, request: pytest.FixtureRequest, painting: Painting, guest: Client
) -> None:
    assert answers(guest, painting_addresses(painting)) == {200}
    assert answers(request.getfixturevalue(who), painting_addresses(painting)) == {404}


def test_a_shared_painting_is_for_everybody_until_it_is_taken_back(
    stranger: Client, painting: Painting
) -> None:
    original, *shown = painting_addresses(painting)
    services.shared_edit(painting, public=True)
    assert answers(stranger, shown) == {200}
    assert answers(stranger, [original]) == {404}  # on the screen, and no larger
    services.shared_edit(painting, public=False)
    assert answers(stranger, painting_addresses(painting)) == {404}


STYLE_PAGES = ["style", "style_download"]


def style_addresses(style: TaughtStyle) -> list[str]:
    pages = [reverse(name, args=[style.pk]) for name in STYLE_PAGES]
    return [*pages, reverse("style_file", args=[style.pk, "thumb"])]


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_a_private_style_is_for_nobody_but_its_owner(
    who: str, request: pytest.FixtureRequest, guest: Client
) -> None:
    style = make_taught()
    assert answers(guest, style_addresses(style)) == {200}
    assert answers(request.getfixturevalue(who), style_addresses(style)) == {404}


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_a_shared_style_is_for_everybody_and_its_paintings_are_not(
    who: str, request: pytest.FixtureRequest, painting: Painting
) -> None:
    style = make_taught(public=True, lesson={"paintings": [str(painting.pk)]})
    client = request.getfixturevalue(who)
    assert answers(client, style_addresses(style)) == {200}
    page = client.get(style.get_absolute_url())
    assert page.context["paintings"] == []
    assert not page.context["is_owner"]
    assert str(painting.pk) not in page.text
    services.shared_edit(style, public=False)
    assert answers(client, style_addresses(style)) == {404}


def test_a_style_that_is_still_learning_is_for_its_owner_only(
    guest: Client, stranger: Client
) -> None:
    style = make_taught(state="running", public=True)
    asked = [reverse(name, args=[style.pk]) for name in ("style",)]
    assert answers(guest, asked) == {200}
    assert answers(stranger, asked) == {404}


def test_a_public_picture_does_not_show_the_private_painting_it_was_painted_after(
    guest: Client, stranger: Client, painted: Rendering, painting: Painting
) -> None:
    recipe = painted.recipe | {"styles": [[painting.ref, 1.0]], "engine": "gatys"}
    painted.change(recipe=recipe, styles_named={painting.ref: {"title": "Night", "artist": "Me"}})
    services.rendering_publish(painted, public=True, show_photo=False)
    page = stranger.get(painted.get_absolute_url())
    assert "Night" in page.text
    assert page.context["painting_list"] == []
    assert str(painting.view_url).rpartition("/")[0] not in page.text
    assert answers(stranger, painting_addresses(painting)) == {404}
    own_page = guest.get(painted.get_absolute_url())
    assert own_page.context["painting_list"] == [painting]
    assert painting.thumb_url in own_page.text


def test_a_public_picture_is_for_everybody_and_its_photo_is_not(
    stranger: Client, painted: Rendering
) -> None:
    services.rendering_publish(painted, public=True, show_photo=False)
    assert answers(stranger, picture_addresses(painted)) == {200}
    assert answers(stranger, photo_addresses(painted.photo)) == {404}
    assert painted.photo.view_url not in stranger.get(painted.get_absolute_url()).text


def test_a_photo_shown_beside_its_picture_is_for_everybody_but_the_studio_is_not(
    stranger: Client, painted: Rendering
) -> None:
    services.rendering_publish(painted, public=True, show_photo=True)
    view, thumb = painted.photo.view_url, painted.photo.thumb_url
    assert answers(stranger, [view, thumb]) == {200}
    assert answers(stranger, [painted.photo.get_absolute_url()]) == {404}
    assert view in stranger.get(painted.get_absolute_url()).text


def test_a_picture_that_is_taken_back_is_private_again(
    stranger: Client, painted: Rendering
) -> None:
    services.rendering_publish(painted, public=True, show_photo=True)
    services.rendering_publish(painted, public=False, show_photo=True)
    assert answers(stranger, photo_addresses(painted.photo) + picture_addresses(painted)) == {404}


def test_files_are_kept_by_no_shared_cache(guest: Client, painted: Rendering) -> None:
    for address in (painted.view_url, painted.photo.view_url):
        assert "private" in guest.get(address)["Cache-Control"]


def test_a_file_is_sent_whole_with_its_type_and_length(guest: Client, painted: Rendering) -> None:
    for kind, mime in (("result", "image/png"), ("view", "image/webp")):
        answer = guest.get(reverse("picture_file", args=[painted.pk, kind]))
        data = body(answer)
        assert answer["Content-Type"] == mime
        assert int(answer["Content-Length"]) == len(data)
        assert data == getattr(painted, kind).open().read()


def test_a_file_that_is_lost_is_not_found(guest: Client, painted: Rendering) -> None:
    painted.view.storage.delete(painted.view.name)
    assert guest.get(painted.view_url).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/file/photo/------------------------------------/view",
        "/file/picture/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/view",
        "/file/picture/not-an-id/view",
        "/picture/not-an-id/",
        "/nothing/here/",
    ],
)
def test_an_address_that_means_nothing_is_not_found(guest: Client, address: str) -> None:
    assert guest.get(address).status_code == 404


def test_a_preview_that_is_over_is_not_found(guest: Client, painted: Rendering) -> None:
    address = reverse("picture_file", args=[painted.pk, "preview"])
    assert guest.get(address).status_code == 404


def test_a_list_of_jobs_has_only_ones_own(
    client: Client, guest: Client, stranger: Client, rendering: Rendering
) -> None:
    address = reverse("v1:jobs")
    assert [job["id"] for job in guest.get(address).json()["jobs"]] == [str(rendering.pk)]
    assert stranger.get(address).json() == {"jobs": []}
    assert client.get(address).status_code == 401
