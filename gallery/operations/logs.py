"""Lines of the log, for people or as JSON: with what they are about, without what is secret, and
none that a visitor could forge.

Whatever a visitor sends may get into a message or an exception: a name, a path, a header. So line
breaks and control characters are written as escapes, in both formats, and each line of a traceback
is set in.
"""

from __future__ import annotations

import json
import logging
import re
import time

from gallery.operations.context import current

SET_IN = "    | "
# In addresses: tokens of links, keys of mails. Elsewhere: what opens the API or the metrics.
TOKENS = re.compile(r"(/s/|/password/reset/key/|/email/|/verify/key/|[Bb]earer[ =]+)[-:.\w]{6,}")
RESET_KEY = re.compile(r"(/password/reset/)\w+-[-\w]{6,}")
PLACE = "…"


def printable(text: str) -> str:
    """On one line, whatever is in it."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def without_secrets(text: str) -> str:
    """The path of the request that is under way is written as the pattern of its route."""
    context = current()
    for secret, instead in context.secrets.items() if context else ():
        text = text.replace(secret, instead)
    return RESET_KEY.sub(rf"\1{PLACE}", TOKENS.sub(rf"\1{PLACE}", text))


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """What a line says besides its message, ``extra={"facts": {...}}`` included."""
    context = current()
    told: dict[str, object] = dict(context.told()) if context else {}
    given = getattr(record, "facts", None)
    return told | (given if isinstance(given, dict) else {})


def message_of(record: logging.LogRecord) -> str:
    try:
        return without_secrets(record.getMessage())
    except Exception:  # the arguments do not fit: still worth a line
        return without_secrets(str(record.msg))


class Formatter(logging.Formatter):
    """What both formats share."""

    def stamp(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f"{moment}.{int(record.msecs):03d}Z"

    def trace(self, record: logging.LogRecord) -> str:
        """The traceback; empty if there is none."""
        parts = []
        if record.exc_info:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return without_secrets("\n".join(parts))


class LineFormatter(Formatter):
    """``moment LEVEL logger [request=… owner=…] message``, the traceback set in below."""

    def format(self, record: logging.LogRecord) -> str:
        about = " ".join(f"{name}={value}" for name, value in facts_of(record).items())
        head = [self.stamp(record), record.levelname, record.name, f"[{about}]" if about else "-"]
        lines = [printable(" ".join([*head, message_of(record)]))]
        lines += [SET_IN + printable(line) for line in self.trace(record).splitlines()]
        return "\n".join(lines)


class JsonFormatter(Formatter):
    """One object a line, in ASCII: nothing in it ends a line or turns text around."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": self.stamp(record), "level": record.levelname, "logger": record.name,
            "message": message_of(record), **facts_of(record),
        }  # fmt: skip
        if trace := self.trace(record):
            told["traceback"] = trace
        return json.dumps(told, default=str)
