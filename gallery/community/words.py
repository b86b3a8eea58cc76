"""Tags as people type them."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_TAGS, LONGEST = 10, 32


def parse(text: str) -> list[str]:
    """The tags in ``text``, between spaces, commas or #, each once. Raises ValidationError."""
    words = list(dict.fromkeys(word for word in re.split(r"[\s,;#]+", plain(text)) if word))
    for word in words:
        if not is_tag(word):
            raise ValidationError(
                _("“%(word)s” cannot be a tag: use letters, digits and hyphens.")
                % {"word": word[:40]}
            )
        if len(word) > LONGEST:
            raise ValidationError(
                _("“%(word)s…” is too long: a tag has up to %(most)d letters.")
                % {"word": word[:40], "most": LONGEST}
            )
    if len(words) > MAX_TAGS:
        raise ValidationError(
            _("These are %(number)d tags: a picture has up to %(most)d.")
            % {"number": len(words), "most": MAX_TAGS}
        )
    return words


def plain(text: str) -> str:
    """In the one spelling that counts."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def is_tag(word: str) -> bool:
    """Letters and digits of any script, with the marks that some scripts put on them."""
    kinds = [unicodedata.category(letter)[0] for letter in word if letter != "-"]
    return any(kind in "LN" for kind in kinds) and set(kinds) <= set("LMN")
