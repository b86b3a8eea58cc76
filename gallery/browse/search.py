"""Searching what hangs: each word that is asked for stands somewhere in a picture's text, or in
the name that its maker shows.

Pieces of words count, so that Chinese, which puts no spaces between its words, is searched as
everything else is.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

AROUND = "#\"'“”‘’,;，。、；《》「」"  # a word, and no part of it  # noqa: RUF001
LONGEST, WORDS = 100, 8  # letters of what is asked for, and words of it that count


def plain(text: str) -> str:
    """In the one spelling that counts: small letters, without accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", "".join(x for x in apart if not unicodedata.combining(x)))


def asked(text: str) -> str:
    """What somebody typed, as it can be shown and searched."""
    printable = "".join(x if x.isprintable() else " " for x in text)
    return " ".join(printable.split())[:LONGEST].strip()


def words_of(text: str) -> list[str]:
    """The first few words, each once."""
    words = (word.strip(AROUND) for word in asked(text).split())
    return list(dict.fromkeys(filter(None, words)))[:WORDS]


def condition(word: str, prefix: str = "") -> Q:
    """On the rows of Listing, or on rows that ``prefix`` leads to it from."""
    told = Q(**{f"{prefix}text__contains": plain(word)})
    people = called(word)
    # Mostly nobody is called so; then each text is looked at, and nothing else.
    return told | Q(**{f"{prefix}owner__in": people}) if people.exists() else told


def called(word: str) -> QuerySet[Any]:
    """Members with such a name, of those who chose to be named: looked up when somebody asks, so
    that who changes their mind is not found from that moment."""
    named = Q(profile__named=True) | Q(profile__isnull=True)
    users = get_user_model().objects.filter(named, is_active=True, username__icontains=word)
    return users.order_by().values("pk")
