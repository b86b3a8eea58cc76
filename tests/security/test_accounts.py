"""Nobody learns who has an account: the same words, the same status, and as much work."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.members import NEW_PASSWORD, make_member, sign_in, sign_up
from tests.security.asking import whole


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch, db: None) -> list[str]:
    """Each hashing of a password: what takes the time."""
    done: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        done.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return done


@pytest.mark.parametrize("login", ["vincent", "vincent@example.org"])
def test_a_wrong_password_takes_as_much_work_as_a_name_that_is_not_there(
    hashed: list[str], login: str
) -> None:
    make_member("vincent")
    answers, work = [], []
    for name in (login, login.replace("vincent", "nobodys")):
        hashed.clear()
        answer = sign_in(Client(), name, "wrong")
        answers.append(whole(answer, name))
        work.append(len(hashed))
    assert answers[0] == answers[1]
    assert work == [1, 1]


def test_asking_for_a_new_password_is_answered_the_same(db: None) -> None:
    make_member("vincent")
    answers = [
        whole(Client().post(reverse("account_reset_password"), {"email": email}))
        for email in ("vincent@example.org", "nobodys@example.org")
    ]
    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2  # either way: so it takes as long


def test_signing_up_with_an_address_that_is_taken_is_answered_the_same(hashed: list[str]) -> None:
    make_member("vincent")
    answers, work = [], []
    for name, email in (("ada", "vincent@example.org"), ("eve", "free@example.org")):
        hashed.clear()
        answer = sign_up(Client(), name, email=email)
        answers.append((answer.status_code, answer["Location"]))
        work.append(len(hashed))
    assert answers[0] == answers[1]
    assert work[0] == work[1]


def test_no_page_tells_an_address(db: None) -> None:
    """Names are public where their owners want it; addresses are not, nor that there is one."""
    make_member("vincent")
    assert Client().get("/people/vincent/").status_code == 404
    assert whole(Client().get("/people/vincent/"), "vincent") == whole(
        Client().get("/people/nobodys/"), "nobodys"
    )


def test_a_link_to_a_new_password_works_for_one_account_and_once(db: None) -> None:
    make_member("vincent")
    make_member("theo")
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "vincent@example.org"})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))[1]  # type: ignore[index]
    uid, _, key = link.rstrip("/").rpartition("/")[2].partition("-")
    other = "2" if uid == "1" else "1"
    for path in (link.replace(f"/{uid}-", f"/{other}-"), link.replace(key, key[:-1] + "0")):
        page = Client().get(path, follow=True)
        assert "password1" not in page.text
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0]
    assert client.post(where, {"password1": NEW_PASSWORD}).status_code == 302
    assert "password1" not in Client().get(link, follow=True).text
    assert sign_in(Client(), "vincent", NEW_PASSWORD).status_code == 302


def test_the_admin_door_counts_the_same_tries(db: None) -> None:
    user = make_member("vincent")
    user.is_staff = True
    user.save()
    client = Client()
    door = client.get("/admin/", follow=True).redirect_chain[-1][0]
    assert door.startswith(reverse("account_login"))
    for _ in range(5):
        client.post(door, {"login": "vincent", "password": "wrong"})
        client.post(reverse("admin:login"), {"username": "vincent", "password": "wrong"})
    right = {"username": "vincent", "password": "starry-irises-1889"}
    client.post(reverse("admin:login"), right)
    assert client.get("/admin/").status_code == 302
    assert sign_in(client).status_code == 200  # has to wait, too
