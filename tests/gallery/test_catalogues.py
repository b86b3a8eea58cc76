"""Every word that is said is in the catalogues, and translated."""

from __future__ import annotations

import ast
import dataclasses
import io
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.utils import translation

from gallery import titles
from gallery.crafts import PictureCraft, StyleCraft
from gallery.told import ENGINE, STAGES, WORKERS, shape, told
from tests.cast import CHINESE, ROOT
from webstyle.engine.registry import engine_names, get_engine
from webstyle.engine.weights import styles

pytestmark = pytest.mark.local("words are in no backend")
CATALOGUES = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


def catalogue(file: Path) -> Catalog:
    return read_po(io.BytesIO(file.read_bytes()), locale="zh_Hans_CN", ignore_obsolete=True)


def texts(message: Message) -> tuple[list[str], list[str]]:
    """English and Chinese, each of them all forms."""
    ids, strings = message.id, message.string
    return (
        [ids] if isinstance(ids, str) else list(ids),
        [strings] if isinstance(strings, str) else list(strings),
    )


def key(message: Message) -> tuple[str | None, str]:
    return message.context, texts(message)[0][0]


others = shutil.ignore_patterns("weights", "__pycache__", "migrations")


@pytest.mark.parametrize(
    ("domain", "endings"), [("django", ["html", "txt", "py"]), ("djangojs", ["js"])]
)
def test_every_word_of_the_source_is_in_the_catalogue(
    domain: str, endings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("xgettext"):
        reason = "xgettext is not installed: apt-get install gettext"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    for folder in ("gallery", "static/js", "templates", "webstyle"):  # it writes where it reads
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=others)
    (tmp_path / "locale").mkdir()
    monkeypatch.chdir(tmp_path)
    call_command(
        "makemessages", domain=domain, extensions=endings, keep_pot=True, verbosity=0,
        locale=["xx"],
    )  # fmt: skip
    (template,) = tmp_path.rglob(f"{domain}.pot")
    text = template.read_bytes().replace(b"INTEGER", b"2").replace(b"EXPRESSION", b"n != 1")
    wanted = read_po(io.BytesIO(text))
    there = {key(message) for message in catalogue(CATALOGUES / f"{domain}.po")}
    missing = {key(message) for message in wanted} - there
    assert len(there) > 100
    assert not missing, "run `make messages`, and translate"
    assert not there - {key(message) for message in wanted}, "no longer said: `make messages`"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_word_has_a_translation_with_the_same_values(domain: str) -> None:
    for message in catalogue(CATALOGUES / f"{domain}.po"):
        if not message.id:
            continue
        english, chinese = texts(message)
        assert all(chinese), english
        assert not message.fuzzy, english
        for text in chinese:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(english[-1])), text
            assert text.strip() == text or english[0].strip() != english[0], text
            assert not re.search(r"[一-鿿][,;!?]|[一-鿿]\.(?:\s|$)", text), text


# What the engine says is translated at the border.


def sentences(*patterns: str) -> Iterator[str]:
    """What is raised or told in these files, with {} for each value."""
    for file in sorted(file for pattern in patterns for file in ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(file.read_text())):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("EngineError", "Progress") and node.args:
                yield from shapes_of(node.args[2 if name == "Progress" else 0])


def shapes_of(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            parts = [v.value if isinstance(v, ast.Constant) else "{}" for v in node.values]
            return ["".join(map(str, parts))]
        case ast.IfExp():
            return shapes_of(node.body) + shapes_of(node.orelse)
    return []


LEFT_OUT = {  # the command line stays English
    "unknown device '{}': use auto, cpu or cuda",
    "device '{}' is not there: use --device cpu or auto",
    "{}: no such file, check the path",
    "{} is a folder: name a picture in it",
    "{} may not be read: change its permissions",
    "style '{}' is not SLUG[:SIZE[:CONTENT]]",
    "the key for Content Credentials cannot be read: use PEM, without a password",
    "batch {} cannot be shared by {} processes: use a multiple of it",
    "unknown kind of picture '{}': use {}",
    "unknown perceptual network '{}': use {}",
    "{} is not a safetensors file: fetch it again",
    "{} is not the file of a style: choose another",
    "{} is gone or no longer shared: choose another.",  # of a style: the value is half a sentence
}


def test_what_engine_and_workers_say_is_known() -> None:
    workers = ("crafts", "mixing", "pictures", "taught")
    said = set(sentences("webstyle/engine/**/*.py", *(f"gallery/{name}.py" for name in workers)))
    said |= {craft.trouble for craft in (PictureCraft, StyleCraft)}
    said |= {craft.no_memory for craft in (PictureCraft, StyleCraft)}
    assert len(said) > 60
    known = [shape(text) for text in (*STAGES, *ENGINE, *WORKERS)]
    for text in said - LEFT_OUT:
        filled = text.replace("{}", "7")
        assert any(pattern.fullmatch(filled) for pattern in known), text


def test_all_that_is_built_in_has_a_chinese_name() -> None:
    with translation.override(CHINESE):
        for style in styles().values():
            assert titles.style_title(style.title) != style.title
            assert titles.painter(style.artist) != style.artist
        for name in engine_names():
            engine = get_engine(name)
            if name != "pencil":
                assert titles.word(engine.title) != engine.title
            for param in dataclasses.fields(engine.Params):
                if name != "pencil" and param.metadata.get("shown", True):
                    for said in ("label", "help"):
                        assert titles.word(param.metadata[said]) != param.metadata[said]
        assert titles.style_title("The Starry Night") == "星月夜"
        assert titles.painter("Vincent van Gogh") == "梵高"


def test_a_sentence_with_values_is_translated_and_keeps_them() -> None:
    said = "IMG 1.jpg is damaged or cut short: save or copy it again"
    assert told(said) == said
    with translation.override(CHINESE):
        assert told(said) == "IMG 1.jpg 已损坏或不完整：请重新保存或复制"
        assert told("Painting: The Starry Night") == "正在绘制：星月夜"
        assert told("Nobody ever said this.") == "Nobody ever said this."
        assert told("") == ""
