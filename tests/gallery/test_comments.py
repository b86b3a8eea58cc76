"""Members comment on pictures that they see; the picture's owner keeps the house."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Comment, Profile, Rendering
from tests.cast import GUEST, client_of
from tests.community import HARM, PLAIN
from tests.members import make_member


def say(client: Client, rendering: Rendering, text: str = "Lovely") -> Any:
    return client.post(reverse("picture_comment", args=[rendering.pk]), {"text": text})


def remove(client: Client, comment: Comment) -> Any:
    return client.post(reverse("comment_delete", args=[comment.pk]))


def test_a_member_comments_and_everybody_reads_it_newest_last(
    vincent: Client, client: Client, hung: Rendering
) -> None:
    assert say(vincent, hung, "First").status_code == 302
    say(vincent, hung, "Second")
    page = client.get(hung.get_absolute_url())
    assert [c.text for c in page.context["comments"]] == ["First", "Second"]
    assert f'href="{reverse("person", args=["vincent"])}"' in page.text
    assert "Remove the comment" not in page.text


def test_a_guest_is_sent_to_sign_in_and_back(stranger: Client, hung: Rendering) -> None:
    answer = say(stranger, hung)
    assert answer.url.startswith(reverse("account_login"))
    assert str(hung.pk) in answer.url
    assert not Comment.objects.exists()


def test_nobody_comments_on_what_they_cannot_see(
    vincent: Client, stranger: Client, painted: Rendering
) -> None:
    assert say(vincent, painted).status_code == 404
    assert say(stranger, painted).status_code == 404
    painted.change(public=True, hidden_by_moderator=True)
    assert say(vincent, painted).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 1001, "nul\x00"])
def test_an_empty_or_endless_comment_is_refused_in_words(
    vincent: Client, hung: Rendering, text: str
) -> None:
    page = say(vincent, hung, text)
    assert page.status_code == 400
    assert 'class="wrong"' in page.text
    assert not Comment.objects.exists()


def test_there_is_a_limit_a_minute(vincent: Client, hung: Rendering) -> None:
    assert [say(vincent, hung).status_code for _ in range(6)] == [302] * 6
    page = say(vincent, hung, "One more")
    assert page.status_code == 429
    assert "Try again in" in page.text
    assert "One more" in page.text
    assert Comment.objects.count() == 6


def test_the_owner_closes_the_comments_and_opens_them(
    guest: Client, vincent: Client, hung: Rendering
) -> None:
    say(vincent, hung, "Before")
    address = reverse("picture_comments", args=[hung.pk])
    assert vincent.post(address, {"open": "0"}).status_code == 404
    assert guest.post(address, {"open": "0"}).status_code == 302
    page = say(vincent, hung, "After")
    assert page.status_code == 400
    assert "are closed" in page.text
    assert "Before" in page.text
    guest.post(address, {"open": "1"})
    assert say(vincent, hung, "Again").status_code == 302


def test_author_and_owner_remove_and_nobody_else(
    guest: Client, vincent: Client, stranger: Client, member: Client, hung: Rendering
) -> None:
    for remover in (vincent, guest):
        say(vincent, hung)
        comment = Comment.objects.get()
        for other in (stranger, member, Client()):
            assert remove(other, comment).status_code == 404
        assert guest.get(reverse("comment_delete", args=[comment.pk])).status_code == 405
        careful = client_of(GUEST, careful=True)
        assert remove(careful, comment).status_code == 403
        assert remove(remover, comment).status_code == 302
        assert not Comment.objects.exists()
        assert remove(remover, comment).status_code == 404


def test_an_author_removes_what_stands_on_a_picture_taken_down(
    vincent: Client, hung: Rendering
) -> None:
    say(vincent, hung)
    hung.change(public=False)
    assert remove(vincent, Comment.objects.get()).url == reverse("mine")


def test_a_member_who_is_not_named_comments_without_a_name(
    vincent: Client, client: Client, hung: Rendering, user: Any
) -> None:
    say(vincent, hung)
    Profile.objects.create(user=user, named=False)
    page = client.get(hung.get_absolute_url()).text
    assert "A member" in page
    assert "vincent" not in page


def test_what_is_typed_is_shown_as_text(vincent: Client, hung: Rendering) -> None:
    say(vincent, hung, HARM + "\nline")
    page = vincent.get(hung.get_absolute_url()).text
    assert "<script>alert" not in page
    assert PLAIN in page
    assert "<br>line" in page


def test_comments_are_exported_and_go_with_their_author(
    vincent: Client, hung: Rendering, user: Any
) -> None:
    from gallery.accounts import export
    from tests.members import owner

    say(vincent, hung, "Lovely light")
    found = dict(export.entries(owner(user), "vincent", "here"))
    assert b"Lovely light" in found["manifest.json"]
    user.delete()
    assert not Comment.objects.exists()


def test_many_comments_ask_the_database_no_more_often(
    guest: Client, hung: Rendering, user: Any
) -> None:
    from tests.gallery.test_queries import queries

    Comment.objects.create(owner=user, rendering=hung, text="One")
    few = queries(guest, hung.get_absolute_url())
    for n in range(9):
        Comment.objects.create(owner=make_member(f"m{n}"), rendering=hung, text="More")
    assert queries(guest, hung.get_absolute_url()) == few
