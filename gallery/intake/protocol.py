"""What stands in the headers of tus 1.0. Whatever cannot be read is a HeaderError that says why."""

from __future__ import annotations

import base64
import binascii
import hashlib

from django.utils.translation import gettext as _

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256", "md5")
MOST_METADATA = 2_000  # letters
PIECE = "application/offset+octet-stream"


class HeaderError(ValueError):
    """The message is for who wrote the client."""


def number(headers: dict[str, str], name: str) -> int:
    """A count of bytes."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise HeaderError(
            _("%(name)s is missing or no whole number: write it as in 1048576.") % {"name": name}
        )
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """Of ``Upload-Metadata``: keys with values in Base64, separated by commas."""
    if len(text) > MOST_METADATA or not text.isascii():
        raise HeaderError(
            _("Upload-Metadata may have %(most)d ASCII letters at most.") % {"most": MOST_METADATA}
        )
    found: dict[str, str] = {}
    for pair in filter(None, text.split(",")):
        key, _space, value = pair.strip().partition(" ")
        if not key or key in found:
            raise HeaderError(_("Upload-Metadata has a key without a name, or the same twice."))
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise HeaderError(
                _("Upload-Metadata: the value of '%(key)s' is not Base64 of UTF-8.")
                % {"key": key[:100]}
            ) from None
    return found


def checksum(text: str) -> tuple[str, bytes] | None:
    """Of ``Upload-Checksum``: an algorithm's name and the digest in Base64."""
    if not text:
        return None
    name, _space, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if name not in ALGORITHMS or len(digest) != hashlib.new(name).digest_size:
        raise HeaderError(
            _("Upload-Checksum cannot be read: use %(names)s and the digest in Base64.")
            % {"names": ", ".join(ALGORITHMS)}
        )
    return name, digest
