"""The site in English and in Chinese: who reads which."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from channels.db import database_sync_to_async
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from gallery.models import Photo, Rendering
from tests.cast import CHINESE, GUEST, make_photo, socket_of


def chinese_client() -> Client:
    return Client(headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh-Hans", CHINESE),
        ("zh-SG", CHINESE),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE,de", "en"),
        ("", "en"),
    ],
)
@pytest.mark.django_db
def test_a_newcomer_reads_what_the_browser_wants(wanted: str, language: str) -> None:
    page = Client(headers={"accept-language": wanted}).get(reverse("home"))
    assert f'<html lang="{language}">' in page.text
    assert page["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))
    assert ("把照片变成一幅画" in page.text) == (language == CHINESE)
    assert ("Turn a photograph into a painting" in page.text) == (language == "en")


@pytest.mark.django_db
def test_the_switch_is_remembered_and_comes_back_to_the_page() -> None:
    client = Client(headers={"accept-language": "en"})
    sent = {"language": CHINESE, "next": "/teach/?minutes=2"}
    answer = client.post(reverse("set_language"), sent)
    assert (answer.status_code, answer["Location"]) == (302, "/teach/?minutes=2")
    cookie = answer.cookies[site.LANGUAGE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] > 10_000_000
    page = client.get(reverse("teach"))
    assert page["Content-Language"] == CHINESE
    assert '<button class="link-button" name="language" value="en" lang="en">English' in page.text
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert client.get(reverse("teach"))["Content-Language"] == "en"


@pytest.mark.django_db
def test_the_switch_leads_to_no_other_site_and_takes_no_get() -> None:
    client = Client()
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:x()"):
        answer = client.post(reverse("set_language"), {"language": CHINESE, "next": elsewhere})
        assert answer["Location"] == "/"
    client.get(reverse("set_language"), {"language": "en"})
    assert client.get("/")["Content-Language"] == CHINESE
    client.post(reverse("set_language"), {"language": "xx", "next": "/"})
    assert client.get("/")["Content-Language"] == CHINESE


@pytest.mark.django_db
def test_the_switch_asks_for_the_token() -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(reverse("set_language"), {"language": CHINESE}).status_code == 403


def test_after_a_form_the_switch_leads_back_to_where_the_form_was(
    guest: Client, photo: Photo
) -> None:
    studio = photo.get_absolute_url()
    answer = guest.post(
        reverse("paint", args=[photo.pk]), {"style": "none"},
        headers={"referer": f"http://testserver{studio}?style=udnie"},
    )  # fmt: skip
    assert answer.context["here"] == f"{studio}?style=udnie"
    answer = guest.post(
        reverse("paint", args=[photo.pk]), headers={"referer": "https://elsewhere.example/x"}
    )
    assert answer.context["here"] == "/"


def test_pictures_are_in_no_language(guest: Client, painted: Rendering) -> None:
    answer = guest.get(painted.view_url, headers={"accept-language": CHINESE})
    assert "Content-Language" not in answer
    assert "Accept-Language" not in answer.get("Vary", "")


@pytest.mark.django_db
def test_the_scripts_get_their_words_once_and_only_where_they_need_them() -> None:
    assert "/words/" not in Client().get("/").text
    page = chinese_client().get("/")
    (address,) = re.findall(r'<script src="(/words/[^"]+)">', page.text)
    answer = Client().get(address)
    assert answer["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer["Cache-Control"]
    assert "Accept-Language" not in answer.get("Vary", "")
    assert answer.text.count("学习") > 3 or "\\u5b66\\u4e60" in answer.text
    assert Client().get("/words/xx.js").status_code == 404


def test_a_missing_catalogue_leaves_the_site_english(
    guest: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    page = guest.get("/", headers={"accept-language": CHINESE})
    assert page.status_code == 200
    assert "Turn a photograph into a painting" in page.text
    assert guest.get("/words/zh-hans.js").status_code == 200


# Values for machines are the same in every language.


def machine_values(html: str) -> list[str]:
    names = "value|min|max|step|width|height|data-[a-z-]+|datetime|pattern|maxlength"
    kept = re.findall(rf'\b({names})="([^"]*)"', html)
    spoken = ("data-note", "data-reason", "data-csrf", "data-words", "data-max-upload-label")
    return [f"{n}={v}" for n, v in kept if n not in spoken and re.fullmatch(r"[-+\d.,:/]+", v)]


def test_numbers_for_machines_are_the_same_in_every_language(
    guest: Client, painted: Rendering, photo: Photo
) -> None:
    painted.change(recipe=painted.recipe | {"strength": 0.75, "size": 2048})
    make_photo(GUEST, size=64)
    for address in (photo.get_absolute_url(), painted.get_absolute_url(), reverse("teach")):
        both = [
            guest.get(address, headers={"accept-language": language}).text
            for language in ("en", CHINESE)
        ]
        assert machine_values(both[0]) == machine_values(both[1])
        assert len(machine_values(both[0])) > 5


# Snapshots say it in the language of who looks.


def test_a_snapshot_is_in_the_language_of_who_asks(guest: Client, rendering: Rendering) -> None:
    rendering.change(stage="Looking at the photo", recipe=rendering.recipe | {
        "styles": [["starry-night", 1.0]]}, styles_named={
        "starry-night": {"title": "The Starry Night", "artist": "Vincent van Gogh"}})  # fmt: skip
    address = reverse("v1:jobs")
    (job,) = guest.get(address).json()["jobs"]
    assert (job["title"], job["stage"]) == ("The Starry Night", "Looking at the photo")
    (job,) = guest.get(address, headers={"accept-language": CHINESE}).json()["jobs"]
    assert (job["title"], job["stage"]) == ("星月夜", "正在观察照片")
    assert job["styles"][0]["artist"] == "梵高"
    assert job["alt"] == "以星月夜的风格绘制的照片"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["page", "cookie"])
async def test_a_socket_speaks_the_language_of_its_page(
    guest: Client, rendering: Rendering, how: str
) -> None:
    if how == "cookie":
        await database_sync_to_async(guest.post)(
            reverse("set_language"), {"language": CHINESE, "next": "/"}
        )
    page = socket_of(guest, "/ws/jobs/" + f"?language={CHINESE}" * (how == "page"))
    await page.connect()
    first = await page.receive_json_from()
    assert first["jobs"][0]["alt"].startswith("以")
    await database_sync_to_async(rendering.change)(stage="Drying")
    from gallery import notify

    await database_sync_to_async(notify.publish)(rendering)
    told_of = await page.receive_json_from()
    assert told_of["job"]["stage"] == "正在晾干"
    assert "words" not in told_of
    await page.disconnect()
