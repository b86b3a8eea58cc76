"""All of one's own as a ZIP, sent while it is made: neither memory nor disk holds it whole."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator, Generator
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop

from gallery.accounts.belongings import ending, kind_of, owned_models
from gallery.models import ApiToken, Ban, Favourite, Profile
from gallery.moderation import trail
from gallery.owners import Owner

CHUNK = 256 * 1024
FILES = ("original", "result", "weights", "region")  # of a row; views and thumbs are made of these
# What is told of a row, where it has it. Nothing here is about anybody but its owner.
FACTS = (
    "title", "artist", "year", "caption", "created", "published", "state", "public", "show_photo",
    "width", "height", "engine", "seconds", "styles_named", "name", "caption_text", "alt", "tags",
    "description", "visibility", "text", "remixable", "expires", "views", "view_limit",
    "metadata", "length", "offset",
)  # fmt: skip
README = gettext_noop("""\
This is everything that {name} has at {site}, as of {made}.

manifest.json   one entry for each thing: title, dates, size, and the files that belong to it
photos/         photographs, as they were kept: upright, in full size, without camera data
paintings/      paintings that you brought to paint after
masks/          where on a photograph a style goes: white is all of it, black nothing
pictures/       what was painted: the picture as PNG, and beside it how it was painted, as JSON
styles/         styles that you taught or brought: files that any webstyle can import
albums/         for each album the ids of its pictures, in its order

about.json      what you tell on your page, the ids of your favourites, and your tokens by name,
                if there are any
moderation.json what moderators decided about things of yours, if they did

What you wrote (titles, captions, tags, comments) is in manifest.json.

A picture that is not finished has no PNG yet. What you deleted is not here.
Recipes name built-in styles by name, and your paintings, masks and photographs by their id, which
stands in manifest.json.
""")

Entry = tuple[str, str | bytes]  # a name in the ZIP, and a name in the storage or the bytes


class Pipe:
    """A file that a ZIP is written into, and that what was written is taken out of."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


def entries(owner: Owner, name: str, site: str) -> list[Entry]:
    """What goes into the ZIP. Asks the database all there is to ask, and reads no picture."""
    made = timezone.now().isoformat(timespec="seconds")
    found: list[Entry] = []
    told = []
    for model in owned_models():
        folder = f"{kind_of(model)}{ending(kind_of(model))}"
        for row in model.objects.of(owner).order_by("created"):
            base = f"{folder}/{safe(row)}"
            files: list[Entry] = [
                (f"{base}{'-region' * (kind == 'region')}{PurePosixPath(field.name).suffix}",
                 field.name)
                for kind in FILES if (field := getattr(row, kind, None))
            ]  # fmt: skip
            for kind in ("recipe", "lesson", "contents"):
                if how := getattr(row, kind, None):
                    files.append((f"{base}.json", as_json(how)))
            told.append({"kind": kind_of(model), "id": str(row.pk), **facts(row),
                         "files": [name for name, _ in files]})  # fmt: skip
            found += files
    found += about(owner)
    found += decided(owner)
    manifest = {"site": site, "name": name, "made": made, "things": told}
    readme = gettext(README).format(name=name, site=site, made=made)
    return [("README.txt", readme.encode()), ("manifest.json", as_json(manifest)), *found]


def about(owner: Owner) -> list[Entry]:
    """A member's page and favourites, where there are any."""
    mine = {"user_id": owner.user_id}
    if not owner.user_id:
        return []
    profile = Profile.objects.filter(**mine).values("about", "named").first()
    tokens = list(ApiToken.objects.filter(**mine).values("title", "prefix", "scopes", "created"))
    liked = list(Favourite.objects.filter(**mine).values_list("rendering_id", flat=True))
    if not profile and not liked and not tokens:
        return []
    told = {**(profile or {}), "favourites": liked, "tokens": tokens}
    return [("about.json", as_json(told))]


def decided(owner: Owner) -> list[Entry]:
    """What moderators decided about things of theirs, and bans: not who, nor who reported."""
    facts = ("when", "action", "kind", "target", "title", "reason")
    entries = list(trail.of_owner(owner).values(*facts))
    bans = list(Ban.objects.of(owner).values("created", "until", "lifted", "reason"))
    if not entries and not bans:
        return []
    return [("moderation.json", as_json({"decisions": entries, "bans": bans}))]


def safe(row: Any) -> str:
    """A name that no system stumbles over, and no two rows share."""
    return f"{slugify(row.title)[:60] or 'untitled'}-{row.pk}".strip("-")


def facts(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in FACTS if hasattr(row, name)}
    for of in ("photo", "rendering", "album"):  # what it is of, about, or shows
        if pk := getattr(row, f"{of}_id", None):
            values[of] = str(pk)
    return values


def as_json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str).encode()


def zipped(found: list[Entry]) -> Generator[bytes]:
    """Piece by piece. Pictures are stored as they are: they do not get smaller."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, content in found:
            if isinstance(content, bytes):
                archive.writestr(name, content, zipfile.ZIP_DEFLATED)
                continue
            try:
                file = default_storage.open(content, "rb")
            except FileNotFoundError:
                continue  # deleted while this was under way
            with file, archive.open(name, "w", force_zip64=True) as target:
                while data := file.read(CHUNK):
                    target.write(data)
                    yield pipe.take()
    yield pipe.take()


async def stream(found: list[Entry]) -> AsyncIterator[bytes]:
    pieces = zipped(found)
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
    finally:
        await asyncio.to_thread(pieces.close)
