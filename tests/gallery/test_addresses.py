"""Where a visitor comes from, whatever a visitor writes into the headers."""

from __future__ import annotations

import pytest
from allauth.core.internal.ratelimit import get_ip
from django.test import RequestFactory

from gallery.accounts.adapter import Adapter
from gallery.limits import addresses

PEER = "10.0.0.1"
# proxies, X-Forwarded-For, whom it is
CASES = [
    (0, None, PEER),
    (0, "203.0.113.9", PEER),  # nobody is believed
    (1, None, PEER),
    (1, "", PEER),
    (1, "203.0.113.9", "203.0.113.9"),
    (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),  # made up, then written by our proxy
    (1, "1.1.1.1,2.2.2.2,203.0.113.9", "203.0.113.9"),
    (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
    (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
    (2, "203.0.113.9", PEER),  # came past one of them
    (1, "203.0.113.9:4711", "203.0.113.9"),
    (1, "[2001:db8::1]:443", "2001:db8::1"),
    (1, "[2001:db8::1]", "2001:db8::1"),
    (1, "2001:DB8:0::1", "2001:db8::1"),
    (1, "fe80::1%eth0", "fe80::1"),
    (1, "::ffff:203.0.113.9", "203.0.113.9"),
    (1, "unknown", PEER),
    (1, "203.0.113.9, ", PEER),
    (1, "203.0.113.256", PEER),
    (1, "<script>", PEER),
    (1, "," * 200, PEER),
]


@pytest.mark.parametrize(("proxies", "header", "whom"), CASES)
def test_the_address_is_the_one_that_the_first_of_our_proxies_saw(
    settings, proxies: int, header: str | None, whom: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {} if header is None else {"X-Forwarded-For": header}
    request = RequestFactory(REMOTE_ADDR=PEER).get("/", headers=headers)
    assert addresses.of_request(request) == whom
    lines = [] if header is None else [(b"x-forwarded-for", header.encode())]
    assert addresses.of_scope({"client": [PEER, 1], "headers": lines}) == whom
    assert Adapter(request).get_client_ip(request) == whom  # allauth's mails and counters


@pytest.mark.parametrize(("proxies", "header", "whom"), CASES)
def test_allauth_counts_by_the_same(settings, proxies: int, header: str | None, whom: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {} if header is None else {"X-Forwarded-For": header}
    request = RequestFactory(REMOTE_ADDR=PEER).get("/", headers=headers)
    assert get_ip(request) == addresses.network(whom).partition("/")[0]


def test_a_header_in_several_lines_is_one(settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    lines = [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"203.0.113.9, 10.0.0.2")]
    assert addresses.of_scope({"client": [PEER, 1], "headers": lines}) == "203.0.113.9"


def test_a_socket_without_a_peer_is_from_nowhere() -> None:
    assert addresses.of_scope({"client": None, "headers": []}) == ""


def test_an_ipv6_network_is_one_visitor_and_ipv4_neighbours_are_not() -> None:
    one, same, other = "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"
    assert addresses.key_of(one) == addresses.key_of(same) != addresses.key_of(other)
    assert addresses.key_of("203.0.113.9") != addresses.key_of("203.0.113.10")


def test_a_key_does_not_tell_its_address_without_the_secret(settings) -> None:
    key = addresses.key_of("203.0.113.9")
    settings.SECRET_KEY = "another"
    assert addresses.key_of("203.0.113.9") != key


def test_outside_of_a_request_nobody_is_anywhere() -> None:
    assert addresses.here() == ""
    request = RequestFactory(REMOTE_ADDR=PEER).get("/")
    seen = addresses.middleware(lambda request: addresses.here())(request)
    assert seen == addresses.key_of(PEER)
    assert addresses.here() == ""
