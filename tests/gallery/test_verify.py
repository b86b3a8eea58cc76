"""What /verify/ tells of a picture: what it carries, what that means, nothing of others' work."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import Settings

from gallery import files
from gallery.models import Photo, Rendering
from gallery.provenance import certificate, reading, stamp
from tests.cast import claim, encoded, run, sample, stored_files, submit
from tests.engine.bad_files import bomb, cut
from webstyle.engine import credentials, images, watermark
from webstyle.engine.recipe import Recipe

OURS = "it was painted on this site, and has not been changed since"
NOTHING = "does not mean that the picture is real"


def asked(client: Client, data: bytes, name: str = "it.png"):
    return client.post(reverse("verify"), {"picture": SimpleUploadedFile(name, data)})


@pytest.fixture
def starry(photo: Photo) -> Rendering:
    """Painted, large enough for a mark; private."""
    submit(photo, Recipe(styles=(("starry-night", 1.0),), size=256))
    return run(claim())


def without_credentials(data: bytes) -> bytes:
    return images.encode(images.decode(io.BytesIO(data), "it"), "jpg", quality=75)


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_of_a_result_of_its_own_it_knows_all(
    stranger: Client, starry: Rendering, kind: str
) -> None:
    page = asked(stranger, files.result_as(starry, kind), f"it.{kind}")
    assert page.status_code == 200
    for words in (OURS, "Intact: unchanged", "This site", "StyleBank", "The Starry Night",
                  "Vincent van Gogh", "Synthetic"):  # fmt: skip
        assert words in page.text, words


def test_a_changed_picture_is_called_altered(stranger: Client, starry: Rendering) -> None:
    data = bytearray(files.result_as(starry, "jpg"))
    data[len(data) // 2] ^= 0x55
    page = asked(stranger, bytes(data))
    assert "Altered, or damaged" in page.text
    assert OURS not in page.text


def test_somebody_else_who_signs_under_our_name_is_somebody_else(stranger: Client) -> None:
    certificate.certificate()
    claims = credentials.Claims("stylebank", "<b>Fine</b>", (("Sunflowers", "Vincent"),),
                                datetime(2025, 3, 1, tzinfo=UTC), False)  # fmt: skip
    data = credentials.signed(encoded("coffee.png"), "jpg", claims, certificate.make())
    page = asked(stranger, data)
    for words in ("Intact: unchanged", "Somebody else.", "not checked", "Sunflowers", "2025"):
        assert words in page.text, words
    assert "<b>" not in page.text
    assert OURS not in page.text


def test_a_photograph_has_nothing_and_that_means_nothing(stranger: Client) -> None:
    page = asked(stranger, encoded("coffee.png"))
    assert page.text.count("None.") == 2
    assert NOTHING in page.text


def test_the_mark_leads_the_owner_and_whoever_may_see_it_to_the_picture(
    guest: Client, stranger: Client, starry: Rendering
) -> None:
    data = without_credentials(files.result_as(starry, "png"))
    address = starry.get_absolute_url()
    mine, theirs = asked(guest, data).text, asked(stranger, data).text
    assert "a picture of yours" in mine
    assert address in mine
    assert address not in theirs
    starry.change(public=True, published=starry.created)
    assert f'href="{address}"' in asked(stranger, data).text


def test_a_private_picture_and_one_that_never_was_look_the_same(
    stranger: Client, starry: Rendering
) -> None:
    private = asked(stranger, without_credentials(files.result_as(starry, "png")))
    # A picture that has no mark yet: of two, either may be found.
    other = watermark.mark(sample("coffee.png").resize((256, 171)), b"\x12never")
    never = asked(stranger, without_credentials(images.encode(other, "png")))
    main = [page.text.partition("<main")[2].partition("</main>")[0] for page in (private, never)]
    token = [text.partition('csrfmiddlewaretoken" value="')[2][:64] for text in main]
    assert main[0].replace(token[0], "") == main[1].replace(token[1], "")
    assert "It names no picture that is here for you to see" in main[0]


@pytest.mark.parametrize("gone", ["deleted", "hidden"])
def test_what_was_taken_away_is_not_there(stranger: Client, starry: Rendering, gone: str) -> None:
    data = without_credentials(files.result_as(starry, "png"))
    values = {"deleted": starry.created} if gone == "deleted" else {"hidden_by_moderator": True}
    starry.change(public=True, published=starry.created, **values)
    assert starry.get_absolute_url() not in asked(stranger, data).text


def test_what_was_painted_outside_of_a_gallery_is_known_as_that(stranger: Client) -> None:
    picture = watermark.mark(sample("coffee.png", 512), stamp.NAMELESS)
    assert "outside of a gallery" in asked(stranger, images.encode(picture, "jpg")).text


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_other_kinds_of_files_are_looked_at_too(
    guest: Client, starry: Rendering, kind: str
) -> None:
    out = io.BytesIO()
    Image.open(starry.result.open()).save(out, kind, quality=90)
    assert "a picture of yours" in asked(guest, out.getvalue()).text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty (0 bytes)"), (b"<html>", "not a picture we can read"),
        (bomb(12_000, 12_000), "megapixels"), (cut("JPEG"), "damaged or cut short"),
    ],
    ids=["empty", "html", "bomb", "cut"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_words(stranger: Client, data: bytes, words: str) -> None:
    page = asked(stranger, data)
    assert page.status_code == 400
    assert words in page.text
    assert 'role="alert"' in page.text


def test_spoiled_credentials_harm_nobody(stranger: Client, starry: Rendering) -> None:
    whole = files.result_as(starry, "jpg")
    start = whole.index(b"jumb")
    for offset in range(0, 3200, 400):
        data = bytearray(whole)
        data[start + offset : start + offset + 40] = bytes(40)
        page = asked(stranger, bytes(data))
        assert page.status_code == 200
        assert OURS not in page.text or whole == bytes(data)


def test_nothing_of_it_is_kept(stranger: Client, db: None) -> None:
    before = stored_files()
    asked(stranger, encoded("coffee.png"))
    assert stored_files() == before
    assert not Photo.objects.exists()
    assert not list(Path(site.VAR).glob("verify-*"))


def test_a_file_that_is_too_large_is_not_looked_at(stranger: Client, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    page = asked(stranger, encoded("coffee.png"))
    assert page.status_code == 400
    assert "larger than" in page.text


def test_a_process_that_swells_is_ended(
    stranger: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DECODE_MEMORY_MB = 60
    page = asked(stranger, encoded("coffee.png"))
    assert page.status_code == 400
    assert "takes too much time or memory" in page.text


def test_after_too_many_it_says_when_to_come_back(
    stranger: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"verify": "1/10m/ip"}
    monkeypatch.setattr("gallery.provenance.views.inspected", lambda *_: reading.Found(None, None))
    assert asked(stranger, encoded("coffee.png")).status_code == 200
    page = asked(stranger, encoded("coffee.png"))
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 1200


def test_it_reads_where_nothing_is_signed_any_more(
    stranger: Client, starry: Rendering, settings: Settings
) -> None:
    data = files.result_as(starry, "jpg")
    settings.PROVENANCE = False
    assert OURS in asked(stranger, data).text


@pytest.mark.parametrize("text", [None, "nonsense"])
def test_it_reads_where_the_operators_certificate_cannot_be_read(
    stranger: Client, starry: Rendering, settings: Settings, tmp_path: Path, text: str | None
) -> None:
    data = files.result_as(starry, "jpg")
    settings.C2PA_CERTIFICATE = settings.C2PA_KEY = str(tmp_path / "own.pem")
    if text:
        (tmp_path / "own.pem").write_text(text)
    page = asked(stranger, data)
    assert OURS in page.text
    assert "own.pem" not in page.text


def test_without_a_picture_it_asks_for_one(stranger: Client) -> None:
    assert stranger.get(reverse("verify")).status_code == 200
    answer = stranger.post(reverse("verify"), {})
    assert answer.status_code == 400
    assert "Choose a picture first." in answer.text
