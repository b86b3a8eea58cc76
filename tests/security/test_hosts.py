"""The site's name comes from its settings: a visitor's Host leads no link and no mail astray."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.cast import body
from tests.members import make_member
from tests.security.asking import address
from tests.security.headers import faults
from tests.security.roles import LINES
from tests.security.world import World

FOREIGN = ["evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80",
           "testserver:80@evil.example", "testserver\r\nX: y", "testserver/evil", ""]  # fmt: skip
WORDS_OF_PROXIES = {
    "X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "X-Original-Host": "evil.example",
    "X-Forwarded-Server": "evil.example", "Forwarded": "host=evil.example",
    "X-Original-URL": "/evil.example", "X-Rewrite-URL": "/evil.example",
}  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_is_not_ours_is_refused_at_every_address(host: str, world: World) -> None:
    client = world.client("owner")
    for line in LINES:
        for method in line.answers:
            answer = client.generic(method, address(line, world), headers={"Host": host})
            assert answer.status_code == 400, (line, method)
            assert "evil" not in answer.text
            assert faults(answer) == []


@pytest.mark.parametrize("host", FOREIGN[:2])
def test_no_mail_is_sent_with_a_link_to_it(host: str, client: Client, db: None) -> None:
    make_member("vincent")
    sent = {"email": "vincent@example.org"}
    where = reverse("account_reset_password")
    assert client.post(where, sent, headers={"Host": host}).status_code == 400
    assert mail.outbox == []
    assert client.post(where, sent, headers=WORDS_OF_PROXIES).status_code == 302
    assert "evil" not in str(mail.outbox[0].body)
    assert "http://testserver/" in str(mail.outbox[0].body)


def test_what_a_proxy_is_said_to_have_heard_is_in_no_answer(world: World) -> None:
    for line in LINES:
        if "GET" in line.answers:
            where = address(line, world, shown=bool(line.shown))
            answer = world.client("other").get(where, headers=WORDS_OF_PROXIES)
            told = body(answer).decode("utf8", "replace")
            assert "evil" not in told + str(answer.headers), line
