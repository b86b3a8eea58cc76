"""Words that do harm where they are not taken for words, in every field that holds text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models

ENDS = "</script></title></textarea>--><x-harm></x-harm><img src=x onerror=harm()>"
HARM = "{{7*7}}\"'>" + ENDS + "<script>harm()</script>javascript:harm()"
# What the program writes itself and nobody types: choices, names of files, keys, hashes.
TECHNICAL = {
    "guest", "colour", "token", "password", "lane", "engine", "worker", "fingerprint", "slug",
    "key",
}  # fmt: skip


def text_fields() -> Iterator[models.Field[Any, Any]]:
    """Of every model of the site: a new one is found by itself."""
    for model in apps.get_app_config("gallery").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField) and not (
                field.choices or field.name in TECHNICAL or isinstance(field, models.FileField)
            ):
                yield field


def label(field: models.Field[Any, Any]) -> str:
    return f"{field.model._meta.model_name}.{field.name}"


def harm(name: str, letters: int | None = None) -> str:
    """As much of it as fits, with the name of its field where it can be read again. A tag stands
    in an address, where no slash can be."""
    text = f"@{name}@{HARM}" if name != "tag.word" else f"@{name}@\"'><x-harm><b onx=1>"
    return text if letters is None else text[:letters]


def poisoned() -> dict[str, str]:
    """Of each field: what stands in it."""
    return {label(field): harm(label(field), field.max_length) for field in text_fields()}


def poison() -> None:
    """Every text of every row."""
    for field in text_fields():
        values = {field.name: harm(label(field), field.max_length)}
        field.model._base_manager.update(**values)
    for row in apps.get_model("gallery", "Rendering")._base_manager.all():
        row.styles_named = {
            slug: {"title": harm("style.title"), "artist": harm("style.artist")}
            for slug, _ in row.recipe["styles"]
        }
        row.save(update_fields=["styles_named"])


class Page(HTMLParser):
    """What a browser would make of a page: faults are what nobody wrote into a template."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.texts: list[str] = []
        self.data: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = tag == "script" and given.get("type") == "application/json"
        self.data = [] if is_data else None
        if tag == "x-harm" or (tag == "script" and not is_data and not given.get("src")):
            self.faults.append(f"<{tag}>")
        for name, value in given.items():
            self.texts.append(value or "")
            address = name in ("href", "src", "action", "formaction", "srcset")
            if name.startswith("on") or "harm" in name:
                self.faults.append(f"<{tag} {name}>")
            if address and re.match(r"\s*(javascript|data|vbscript):", value or "", re.I):
                self.faults.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data: str) -> None:
        (self.texts if self.data is None else self.data).append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self.data is not None:
            try:
                self.texts.append(str(json.loads("".join(self.data))))
            except ValueError:
                self.faults.append("data that is cut short")
            self.data = None


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page
