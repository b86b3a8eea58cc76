"""Tags as people type them."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

MAX_TAGS, LONGEST = 10, 32


def parse(text: str) -> list[str]:
    """The tags in ``text``, between spaces, commas or #, each once. Raises ValidationError."""
    words = list(dict.fromkeys(word for word in re.split(r"[\s,;#]+", plain(text)) if word))
    for word in words:
        if not is_tag(word):
            raise ValidationError(
                f"“{word[:40]}” cannot be a tag: use letters, digits and hyphens."
            )
        if len(word) > LONGEST:
            raise ValidationError(f"“{word[:40]}…” is too long: a tag has up to {LONGEST} letters.")
    if len(words) > MAX_TAGS:
        raise ValidationError(f"These are {len(words)} tags: a picture has up to {MAX_TAGS}.")
    return words


def plain(text: str) -> str:
    """In the one spelling that counts."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def is_tag(word: str) -> bool:
    """Letters and digits of any script, with the marks that some scripts put on them."""
    kinds = [unicodedata.category(letter)[0] for letter in word if letter != "-"]
    return any(kind in "LN" for kind in kinds) and set(kinds) <= set("LMN")
