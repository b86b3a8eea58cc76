"""What files may be called."""

from __future__ import annotations

from random import Random
from urllib.parse import quote_from_bytes

NAMES = (
    "cat.jpg", "cat.jpg", "cat.jpg", "", ".", "..", "../../../etc/passwd", "..\\..\\boot.ini",
    "/etc/passwd", "C:\\Pictures\\cat.jpg", "a\x00b.jpg", "two\nlines.jpg",
    "head\r\nSet-Cookie: a=b",
    "\u202egpj.exe", "\u200f\u2066cat\u2069.jpg", "x" * 4_000 + ".jpg", "猫.jpg", "🐈" * 300,
    "<script>alert(1)</script>.jpg", "'; DROP TABLE gallery_photo; --.jpg", "%s%n%x.jpg",
    "{0.__class__}.jpg", "a" * 255, " ", "CON", "cat.jpg/", "-rf", "~root", "$(id).jpg",
    "\ud800.jpg", "\ufffe.jpg", "cat.php.jpg", "=cmd|'/c calc'!A1", "cat.JPG\t",
)  # fmt: skip


def header(chance: Random) -> str:
    """One of them, as ``X-Filename`` has it; now and then of bytes that are no text."""
    if chance.random() < 0.05:
        return quote_from_bytes(chance.randbytes(40))
    return quote_from_bytes(chance.choice(NAMES).encode("utf-8", "surrogatepass"))
