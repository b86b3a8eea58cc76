"""The site in English and in Chinese: who reads which, and nothing left in the other."""

from __future__ import annotations

import ast
import dataclasses
import io
import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from channels.db import database_sync_to_async
from django.conf import settings as site
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.fixtures import Settings

from gallery import titles
from gallery.crafts import PictureCraft, StyleCraft
from gallery.models import Photo, Rendering
from gallery.told import ENGINE, STAGES, WORKERS, shape, told
from tests.cast import GUEST, ROOT, make_painting, make_photo, make_taught, socket_of, submit
from tests.gallery.test_content_security import account_pages, community_pages, sharing_pages
from webstyle.engine.registry import engine_names, get_engine
from webstyle.engine.weights import styles

CHINESE = "zh-hans"
CATALOGUES = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """What a request leaves behind in the thread is none of another test's business."""
    yield
    translation.deactivate()


# The catalogues.


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


# Who reads which.


def chinese_client() -> Client:
    return Client(headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh-Hans", CHINESE),
        ("zh-SG", CHINESE),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE,de", "en"),
        ("", "en"),
    ],
)
@pytest.mark.django_db
def test_a_newcomer_reads_what_the_browser_wants(wanted: str, language: str) -> None:
    page = Client(headers={"accept-language": wanted}).get(reverse("home"))
    assert f'<html lang="{language}">' in page.text
    assert page["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))
    assert ("把照片变成一幅画" in page.text) == (language == CHINESE)
    assert ("Turn a photograph into a painting" in page.text) == (language == "en")


@pytest.mark.django_db
def test_the_switch_is_remembered_and_comes_back_to_the_page() -> None:
    client = Client(headers={"accept-language": "en"})
    sent = {"language": CHINESE, "next": "/teach/?minutes=2"}
    answer = client.post(reverse("set_language"), sent)
    assert (answer.status_code, answer["Location"]) == (302, "/teach/?minutes=2")
    cookie = answer.cookies[site.LANGUAGE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] > 10_000_000
    page = client.get(reverse("teach"))
    assert page["Content-Language"] == CHINESE
    assert '<button class="link-button" name="language" value="en" lang="en">English' in page.text
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert client.get(reverse("teach"))["Content-Language"] == "en"


@pytest.mark.django_db
def test_the_switch_leads_to_no_other_site_and_takes_no_get() -> None:
    client = Client()
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:x()"):
        answer = client.post(reverse("set_language"), {"language": CHINESE, "next": elsewhere})
        assert answer["Location"] == "/"
    client.get(reverse("set_language"), {"language": "en"})
    assert client.get("/")["Content-Language"] == CHINESE
    client.post(reverse("set_language"), {"language": "xx", "next": "/"})
    assert client.get("/")["Content-Language"] == CHINESE


@pytest.mark.django_db
def test_the_switch_asks_for_the_token() -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(reverse("set_language"), {"language": CHINESE}).status_code == 403


def test_after_a_form_the_switch_leads_back_to_where_the_form_was(
    guest: Client, photo: Photo
) -> None:
    studio = photo.get_absolute_url()
    answer = guest.post(
        reverse("paint", args=[photo.pk]), {"style": "none"},
        headers={"referer": f"http://testserver{studio}?style=udnie"},
    )  # fmt: skip
    assert answer.context["here"] == f"{studio}?style=udnie"
    answer = guest.post(
        reverse("paint", args=[photo.pk]), headers={"referer": "https://elsewhere.example/x"}
    )
    assert answer.context["here"] == "/"


def test_pictures_are_in_no_language(guest: Client, painted: Rendering) -> None:
    answer = guest.get(painted.view_url, headers={"accept-language": CHINESE})
    assert "Content-Language" not in answer
    assert "Accept-Language" not in answer.get("Vary", "")


@pytest.mark.django_db
def test_the_scripts_get_their_words_once_and_only_where_they_need_them() -> None:
    assert "/words/" not in Client().get("/").text
    page = chinese_client().get("/")
    (address,) = re.findall(r'<script src="(/words/[^"]+)">', page.text)
    answer = Client().get(address)
    assert answer["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer["Cache-Control"]
    assert "Accept-Language" not in answer.get("Vary", "")
    assert answer.text.count("学习") > 3 or "\\u5b66\\u4e60" in answer.text
    assert Client().get("/words/xx.js").status_code == 404


def test_a_missing_catalogue_leaves_the_site_english(
    guest: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    page = guest.get("/", headers={"accept-language": CHINESE})
    assert page.status_code == 200
    assert "Turn a photograph into a painting" in page.text
    assert guest.get("/words/zh-hans.js").status_code == 200


# Nothing is left in English.

ALLOWED = set(
    """webstyle StyleBank Gatys Chen JPEG PNG WebP HEIC AVIF ZIP JavaScript Cookie Email English
    Home Shift Ctrl Enter JSON safetensors html svg img px MB Coffee Dusk Vincent Broken
    vincent vera theo sea none Lovely Winter Udnie Me example org testserver Lift off
    result png Content Credentials API OpenAPI UUID Retry After Bearer cookie""".split()
)
SPOKEN = ("aria-label", "title", "alt", "placeholder", "aria-valuetext", "data-note",
          "data-reason", "label", "aria-roledescription")  # fmt: skip


FOREIGN = ("div", "span", "ul")


class Words(HTMLParser):
    """All that a page says to somebody who sees or hears it, but for code, and for what it says to
    be English: what programs are told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0
        self.foreign: list[str] = []  # elements of the kind of the outermost one

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in self.foreign[:1]:
            self.foreign.append(tag)
        elif not self.foreign and (tag == "code" or (tag in FOREIGN and given.get("lang") == "en")):
            self.foreign = [tag]
        if self.foreign:
            return
        self.said += [str(given[name]) for name in SPOKEN if given.get(name)]
        if tag == "meta" and given.get("name") == "description":
            self.said.append(str(given["content"]))
        self.silent += tag in ("script", "style", "svg")

    def handle_endtag(self, tag: str) -> None:
        if self.foreign:
            if tag == self.foreign[0]:
                self.foreign.pop()
            return
        self.silent -= tag in ("script", "style", "svg")

    def handle_data(self, data: str) -> None:
        if not self.silent and not self.foreign:
            self.said.append(data)


def english(html: str) -> set[str]:
    parser = Words()
    parser.feed(html)
    left = set()
    for said in parser.said:
        found = re.findall(
            r"[A-Za-z]{3,}", re.sub(r"\S+@\S+|https?://\S+|x{99,}|\b[0-9a-f]{16}\b", "", said)
        )
        if set(found) - ALLOWED:
            left.add(said.strip())
    return left


def test_the_finder_of_english_finds() -> None:
    assert english("<p>训练 StyleBank</p><img alt='A cat'>") == set() | {"A cat"}
    assert english("<div lang='en'>A <div>cat</div> sat</div><code>cat</code><p>A dog</p>") == {
        "A dog"
    }
    assert english("<script>x.say('hello')</script><button aria-label='Close'>好</button>") == {
        "Close"
    }


@pytest.fixture
def in_chinese(settings: Settings) -> None:
    settings.LANGUAGE_CODE = CHINESE


def pages_of(guest: Client, painted: Rendering, photo: Photo) -> dict[str, str]:
    """Main pages, in most of their states, with what is said when something is wrong."""
    make_painting(title="1889", artist="")
    taught = make_taught(title="1889", artist="", figures={"minutes": 2.0, "steps": 100})
    painted.change(public=True, published=painted.created)
    rows = [painted, *(submit(photo) for _ in range(5))]
    for row, state in zip(rows[1:], ("queued", "running", "failed", "cancelled", "paused"),
                          strict=True):  # fmt: skip
        row.change(state=state, stage="Looking at the photo" if state == "running" else "",
                   error="The mask of 'Udnie' is gone: paint the region again.")  # fmt: skip
    names = ["home", "gallery", "mine", "mix_start", "teach", "batch_create", "my_links"]
    addresses = [reverse(name) for name in names]
    addresses += [reverse(name, args=[photo.pk]) for name in ("studio", "mix", "regions")]
    addresses += [row.get_absolute_url() for row in (*rows, taught)]
    addresses += [f"{photo.get_absolute_url()}?show={row.pk}" for row in rows]
    addresses += [reverse("painting_region", args=[make_painting(title="1890").pk])]
    addresses += ["/nothing/here/", f"{reverse('mix_start')}?mix=udnie:40,great-wave:60"]
    wall = reverse("gallery")
    addresses += ["/styles/udnie/", "/styles/the-scream/", f"{wall}?order=loved", f"{wall}?q=1889"]
    addresses += [f"{wall}?style=udnie", f"{wall}?style=the-scream&tag=1", f"{wall}?style=1"]
    found = {address: guest.get(address).text for address in addresses}
    found["paint"] = guest.post(reverse("paint", args=[photo.pk]), {"style": "none"}).text
    found["teach"] = guest.post(reverse("teach"), {"minutes": "x", "year": "y"}).text
    found["upload"] = guest.post(reverse("upload"), follow=True).text
    found["csrf"] = Client(enforce_csrf_checks=True).post(reverse("upload")).text
    found["deleted"] = guest.post(
        reverse("picture_delete", args=[submit(photo).pk]), follow=True
    ).text
    answers = account_pages(guest) + community_pages(guest, painted) + sharing_pages(guest, painted)
    return found | {
        f"{answer.wsgi_request.method} {answer.wsgi_request.path}": answer.text
        for answer in answers
    }


def test_no_page_has_english_left(
    guest: Client, painted: Rendering, photo: Photo, in_chinese: None
) -> None:
    pages = pages_of(guest, painted, photo)
    assert len(pages) > 50
    left = {text: address for address, html in pages.items() for text in english(html)}
    assert not left, left


def test_the_errors_of_the_site_are_chinese(in_chinese: None, guest: Client) -> None:
    from gallery import errors

    request = guest.get("/").wsgi_request
    with translation.override(CHINESE):
        answers = [
            errors.server_error(request), errors.too_many(request),
            errors.forbidden(request, Exception()), errors.bad_request(request, Exception()),
        ]  # fmt: skip
        assert [english(answer.content.decode()) for answer in answers] == [set()] * 4


def test_mails_are_chinese(in_chinese: None, db: None, mailoutbox: list[Any]) -> None:
    from tests.members import make_member, sign_up, signed_in

    user = make_member("vera")
    sign_up(Client(), "vincent")
    sign_up(Client(), "other", email="vera@example.org")
    member = signed_in(user)
    address = {"email": "vera@example.org"}
    member.post(reverse("account_reset_password"), address)
    member.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    new = {"oldpassword": "starry-irises-1889", "password1": "wheat-and-crows-1890"}
    member.post(reverse("account_change_password"), new)
    assert len(mailoutbox) == 5, [mail.subject for mail in mailoutbox]
    for mail in mailoutbox:
        text = re.sub(r"http\S+|Mozilla\S*|UTC|Unspecified", "", f"{mail.subject}\n{mail.body}")
        assert english(text.replace("other", "")) == set()


# Values for machines are the same in every language.


def machine_values(html: str) -> list[str]:
    names = "value|min|max|step|width|height|data-[a-z-]+|datetime|pattern|maxlength"
    kept = re.findall(rf'\b({names})="([^"]*)"', html)
    spoken = ("data-note", "data-reason", "data-csrf", "data-words", "data-max-upload-label")
    return [f"{n}={v}" for n, v in kept if n not in spoken and re.fullmatch(r"[-+\d.,:/]+", v)]


def test_numbers_for_machines_are_the_same_in_every_language(
    guest: Client, painted: Rendering, photo: Photo
) -> None:
    painted.change(recipe=painted.recipe | {"strength": 0.75, "size": 2048})
    make_photo(GUEST, size=64)
    for address in (photo.get_absolute_url(), painted.get_absolute_url(), reverse("teach")):
        both = [
            guest.get(address, headers={"accept-language": language}).text
            for language in ("en", CHINESE)
        ]
        assert machine_values(both[0]) == machine_values(both[1])
        assert len(machine_values(both[0])) > 5


# Snapshots say it in the language of who looks.


def test_a_snapshot_is_in_the_language_of_who_asks(guest: Client, rendering: Rendering) -> None:
    rendering.change(stage="Looking at the photo", recipe=rendering.recipe | {
        "styles": [["starry-night", 1.0]]}, styles_named={
        "starry-night": {"title": "The Starry Night", "artist": "Vincent van Gogh"}})  # fmt: skip
    address = reverse("v1:jobs")
    (job,) = guest.get(address).json()["jobs"]
    assert (job["title"], job["stage"]) == ("The Starry Night", "Looking at the photo")
    (job,) = guest.get(address, headers={"accept-language": CHINESE}).json()["jobs"]
    assert (job["title"], job["stage"]) == ("星月夜", "正在观察照片")
    assert job["styles"][0]["artist"] == "梵高"
    assert job["alt"] == "以星月夜的风格绘制的照片"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["page", "cookie"])
async def test_a_socket_speaks_the_language_of_its_page(
    guest: Client, rendering: Rendering, how: str
) -> None:
    if how == "cookie":
        await database_sync_to_async(guest.post)(
            reverse("set_language"), {"language": CHINESE, "next": "/"}
        )
    page = socket_of(guest, "/ws/jobs/" + f"?language={CHINESE}" * (how == "page"))
    await page.connect()
    first = await page.receive_json_from()
    assert first["jobs"][0]["alt"].startswith("以")
    await database_sync_to_async(rendering.change)(stage="Drying")
    from gallery import notify

    await database_sync_to_async(notify.publish)(rendering)
    told_of = await page.receive_json_from()
    assert told_of["job"]["stage"] == "正在晾干"
    assert "words" not in told_of
    await page.disconnect()
