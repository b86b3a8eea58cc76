"""How often something may be asked for, and when to come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gallery.limits import checks, rates
from gallery.limits.rates import Counter, Rate, read_rates
from gallery.links.models import ShareLink
from gallery.models import Photo, Rendering
from tests.backends import cached_keys
from tests.cast import GUEST
from tests.members import make_member, signed_in

MINUTE = Rate(3, 60, "ip")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its one element: the beginning of a minute."""
    now = [60_000_000.0]
    monkeypatch.setattr(rates.time, "time", lambda: now[0])
    return now


@pytest.fixture
def most(settings: Any) -> Any:
    def set_rate(**values: str) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | values

    return set_rate


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("60/m", [Rate(60, 60, "owner")]),
        ("20/10m/ip, 100/h/key", [Rate(20, 600, "ip"), Rate(100, 3600, "key")]),
        ("1/2d/owner", [Rate(1, 172_800, "owner")]),
        ("", []),
    ],
)
def test_a_rate_is_read(text: str, read: list[Rate]) -> None:
    assert read_rates(text) == read


@pytest.mark.parametrize("text", ["60", "m", "0/m", "-1/m", "5/0m", "60/m/moon", "6/w", "1.5/m"])
def test_what_is_no_rate_stops_the_start(settings, text: str) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"upload": text}
    (found,) = checks.limits_fit(None)
    assert (found.id, "RATE_UPLOAD" in found.msg) == ("webstyle.E151", True)
    assert found.hint


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("RATE_LIMITS", {"mix": "6/m/ip"}, "webstyle.E152"),
        ("RATE_LIMITS", {"upload": "6/m/key"}, "webstyle.E152"),
        ("QUOTAS", {"guest": {"seconds": -1}}, "webstyle.E153"),
        ("SOCKETS_PER_OWNER", -1, "webstyle.E153"),
        ("QUOTAS", {"guest": {"seconds": 5}}, "webstyle.E154"),
        pytest.param(
            "CHANNEL_LAYER_URL",
            "redis://elsewhere",
            "webstyle.W151",
            marks=pytest.mark.local("it is about a cache that each process has for itself"),
        ),
    ],
)
def test_limits_that_cannot_work_are_found(settings, name: str, value: Any, found: str) -> None:
    assert checks.limits_fit(None) == []
    setattr(settings, name, value)
    (message,) = checks.limits_fit(None)
    assert message.id == found
    assert message.hint


def test_after_so_many_the_next_is_told_when_it_fits_and_then_it_does(clock) -> None:
    counter = Counter("c", MINUTE)
    assert [counter.take() for _ in range(3)] == [None] * 3
    after = counter.take()
    assert 60 < after <= 120
    clock[0] += after - 2
    assert counter.take() is not None
    clock[0] += 2
    assert counter.take() is None


def test_the_window_slides(clock) -> None:
    counter = Counter("c", MINUTE)
    clock[0] += 59
    assert [counter.take() for _ in range(3)] == [None] * 3
    clock[0] += 2  # another minute of the clock, and the same three within one
    assert counter.take() is not None


def test_what_is_refused_does_not_count(clock) -> None:
    counter = Counter("c", MINUTE)
    for _ in range(3):
        counter.take()
    after = counter.take()
    assert [counter.take() for _ in range(20)] == [after] * 20


def test_what_is_given_back_fits_again(clock) -> None:
    counter = Counter("c", MINUTE)
    for _ in range(3):
        counter.take()
    counter.give_back()
    assert counter.take() is None
    assert counter.take()


class SlowCache:
    """The cache, a moment after each question: time for others to come between two of them."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any) -> Any:
            found = getattr(cache, name)(*args)
            time.sleep(0.002)
            return found

        return ask


def count_at_once() -> list[bool]:
    """Many threads, one counter."""
    got: list[bool] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        got.extend(Counter("c", Rate(10, 3600, "ip")).take() is None for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_of_many_at_once_never_more_get_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "cache", SlowCache())
    assert 1 <= sum(count_at_once()) <= 10


def test_the_same_in_redis(settings, redis_url: str) -> None:
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis_url}}
    cache.clear()
    try:
        assert 1 <= sum(count_at_once()) <= 10
    finally:
        cache.clear()


def test_while_the_cache_is_away_pages_answer_and_passwords_are_not_tried(
    guest: Client, photo: Photo, painted: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = ShareLink(rendering=painted, **GUEST.fields)
    link.set_password("sesame")
    link.save()

    def away(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(type(cache._connections[cache._alias]), "add", away)  # type: ignore[attr-defined]
    form = {"style": "udnie", "size": "512"}
    assert guest.post(reverse("paint", args=[photo.pk]), form).status_code == 302
    assert Client().post(link.get_absolute_url(), {"password": "sesame"}).status_code == 429


def ways(photo: Photo, painted: Rendering) -> dict[str, tuple[str, str, dict[str, str]]]:
    """An address of each action that the guest may do: how it is asked for, and with what."""
    return {
        "upload": ("post", reverse("upload"), {}),
        "paint": ("post", reverse("paint", args=[photo.pk]), {"style": "udnie"}),
        "teach": ("post", reverse("teach"), {}),
        "remix": ("post", reverse("remix", args=[painted.pk]), {}),
        "download": ("get", reverse("picture_download", args=[painted.pk, "png"]), {}),
        "propose": ("get", reverse("v1:proposal", args=[photo.pk]), {"kind": "moon"}),
        "search": ("get", reverse("gallery"), {"q": "sea"}),
        "share": ("post", reverse("link_create", args=[painted.pk]), {}),
        "export": ("post", reverse("account_export"), {}),
    }


@pytest.mark.parametrize(
    "action",
    ["upload", "paint", "teach", "remix", "download", "propose", "search", "share", "export"],
)
def test_every_action_has_its_limit_in_pages_and_in_json(
    guest: Client, photo: Photo, painted: Rendering, most, action: str
) -> None:
    per = "ip" if action == "search" else "owner"
    most(**{action: f"1/h/{per}"})
    method, address, values = ways(photo, painted)[action]
    ask = getattr(guest, method)
    assert ask(address, values).status_code != 429
    page = ask(address, values)
    assert page.status_code == 429
    assert "Try again in about" in page.text
    assert 0 < int(page["Retry-After"]) <= 7200
    answer = ask(address, values, headers={"Accept": "application/json"})
    assert "Try again in about" in answer.json()["error"]
    assert answer.json()["after"] == int(answer["Retry-After"])


def test_another_owner_is_not_held_up_and_neither_is_another_address(
    guest: Client, stranger: Client, most
) -> None:
    most(upload="1/h/owner")
    for client in (guest, stranger):
        assert client.post(reverse("upload")).status_code == 302
    assert guest.post(reverse("upload")).status_code == 429
    most(upload="1/h/ip")
    assert guest.post(reverse("upload"), REMOTE_ADDR="192.0.2.1").status_code == 302
    assert stranger.post(reverse("upload"), REMOTE_ADDR="192.0.2.1").status_code == 429
    assert guest.post(reverse("upload"), REMOTE_ADDR="192.0.2.2").status_code == 302


def test_made_up_headers_buy_no_new_tries(guest: Client, most, settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    most(upload="1/h/ip")
    said = [
        guest.post(
            reverse("upload"), headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}
        ).status_code
        for n in range(3)
    ]
    assert said == [302, 429, 429]


def test_looking_at_a_form_is_not_counted(guest: Client, most) -> None:
    most(teach="1/h/owner")
    assert [guest.get(reverse("teach")).status_code for _ in range(3)] == [200] * 3


def test_who_browses_is_not_counted_as_searching(guest: Client, most) -> None:
    most(search="1/h/ip")
    assert [guest.get(reverse("gallery")).status_code for _ in range(3)] == [200] * 3


def test_who_leaves_is_forgotten_but_for_the_address(db: None) -> None:
    client = signed_in(make_member())
    client.post(reverse("upload"))
    kept = [key for key in cached_keys() if ":rate:" in key]
    assert [key for key in kept if "/owner:" in key]
    client.post(reverse("account_delete"), {"password": "starry-irises-1889"})
    left = [key for key in cached_keys() if ":rate:" in key]
    assert [key for key in left if "/owner:" in key] == []
    assert [key for key in left if "/ip:" in key]


def test_no_key_in_the_cache_has_an_address_in_it(guest: Client) -> None:
    guest.post(reverse("upload"), REMOTE_ADDR="203.0.113.9")
    assert not [key for key in cached_keys() if "203.0.113" in key]


def test_a_class_of_thirty_behind_one_address_is_let_in() -> None:
    """With the limits that the site comes with: twenty photos each, within a moment."""
    for n in range(30 * 20):
        wanted = rates.counters("upload", owner=f"pupil-{n % 30}", address="school")
        rates.take_all("upload", wanted)
