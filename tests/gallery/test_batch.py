"""Many photos in many styles: queued all or none, shown as a table, taken away as one file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery import purging, services
from gallery.batches import contact_sheet
from gallery.batches.services import (
    PHOTOS,
    STYLES,
    Table,
    batch_cancel,
    batch_retry,
    batch_submit,
    table_of,
)
from gallery.models import UNDO_TIME, Batch, Photo, Rendering
from gallery.owners import Owner
from tests import cast
from tests.cast import GUEST, STRANGER, body
from tests.members import make_member

NAMES = ("coffee.png", "rocket.jpg")
CHOSEN = ["udnie", "great-wave", "the-scream"]


@pytest.fixture
def photos(db: None) -> list[Photo]:
    return [cast.make_photo(GUEST, name, 64) for name in NAMES]


@pytest.fixture
def batch(photos: list[Photo]) -> Batch:
    return batch_submit(GUEST, photos, CHOSEN, 64)


def sent(photos: list[Photo], styles: list[str], **values: str) -> dict[str, Any]:
    return {"photo": [str(photo.pk) for photo in photos], "style": styles} | values


def post(client: Client, values: dict[str, Any], **how: Any) -> Any:
    return client.post(reverse("batch_create"), values, **how)


def test_every_photo_is_queued_in_every_style(guest: Client, photos: list[Photo]) -> None:
    answer = post(guest, sent(photos, CHOSEN, size="512"))
    batch = Batch.objects.get()
    assert answer.url == batch.get_absolute_url()
    assert batch.title == "2 photographs in 3 styles"
    table = table_of(batch)
    assert [head["title"] for head in table.heads] == [
        cast.get_style(style).title for style in CHOSEN
    ]
    assert [row.photo for row in table.rows] == photos
    for row in table.rows:
        assert [cell.recipe["styles"][0][0] for cell in row.cells if cell] == CHOSEN
    assert {p.size for p in table.pictures} == {512}
    assert {p.state for p in table.pictures} == {"queued"}
    assert {p.owned_by for p in table.pictures} == {GUEST}


def test_taught_styles_are_among_them(guest: Client, photos: list[Photo]) -> None:
    style = cast.make_taught()
    post(guest, sent(photos[:1], [style.ref], title="Dusk everywhere"))
    (picture,) = table_of(Batch.objects.get()).pictures
    assert picture.recipe["styles"] == [[style.ref, 1.0]]
    assert Batch.objects.get().title == "Dusk everywhere"


def refusals(photos: list[Photo]) -> dict[str, dict[str, Any]]:
    alien = cast.make_photo(STRANGER)
    private = cast.make_taught(STRANGER)
    return {
        "you chose none": sent([], CHOSEN),
        "styles: you chose none": sent(photos, []),
        "photographs is no longer there": sent([*photos, alien], CHOSEN),
        "styles is no longer there": sent(photos, [private.ref]),
        "Size: choose": sent(photos, CHOSEN, size="7"),
    }


def test_what_cannot_be_is_refused_in_words_and_nothing_is_queued(
    guest: Client, photos: list[Photo]
) -> None:
    for reason, values in refusals(photos).items():
        answer = post(guest, values)
        assert answer.status_code == 400
        assert reason in answer.text
        told = post(guest, values, headers={"Accept": "application/json"})
        assert reason in told.json()["error"]
    for junk in ("x", "", "painting:x", "\x00"):
        values = {"photo": [junk], "style": [junk]}
        assert post(guest, values).status_code == 400
    assert not Rendering.objects.exists()
    assert not Batch.objects.exists()


def test_what_was_chosen_is_still_ticked_beside_the_reason(
    guest: Client, photos: list[Photo]
) -> None:
    page = post(guest, sent(photos[:1], ["udnie"], size="7"))
    assert page.context["chosen_photos"] == {photos[0].pk}
    assert page.context["chosen_styles"] == {"udnie"}
    assert f'value="{photos[0].pk}" checked' in page.text
    assert 'value="udnie" checked' in page.text


@pytest.mark.parametrize(
    ("photos", "styles", "reason"),
    [
        (PHOTOS + 1, 1, f"one to {PHOTOS} photographs"),
        (1, STYLES + 1, f"one to {STYLES} styles"),
        (9, 9, "are 81 pictures"),
    ],
)
def test_a_batch_has_its_limits(db: None, photos: int, styles: int, reason: str) -> None:
    rows = [Photo(title="x") for _ in range(photos)]
    with pytest.raises(services.EngineError, match=reason):
        batch_submit(GUEST, rows, ["udnie"] * styles, 64)


def test_what_does_not_fit_into_the_queue_is_told_with_how_many_would(
    guest: Client, photos: list[Photo], settings
) -> None:
    settings.MAX_JOBS_WAITING = 5
    answer = post(guest, sent(photos, CHOSEN))
    assert answer.status_code == 429
    assert "6 pictures are too many just now: 5 more fit." in answer.text
    assert not Rendering.objects.exists()
    post(guest, sent(photos, CHOSEN[:2]))
    assert "1 more fits" in post(guest, sent(photos, CHOSEN[:2])).text
    settings.MAX_JOBS_WAITING = 4
    assert "not one more fits" in post(guest, sent(photos, CHOSEN[:1])).text


def test_half_a_batch_is_never_queued(photos: list[Photo], monkeypatch) -> None:
    real, calls = services.rendering_make, []

    def breaks(*args: Any, **how: Any) -> Rendering:
        calls.append(1)
        if len(calls) == 3:
            raise services.EngineError("broken")
        return real(*args, **how)

    monkeypatch.setattr(services, "rendering_make", breaks)
    with pytest.raises(services.EngineError, match="broken"):
        batch_submit(GUEST, photos, CHOSEN, 64)
    assert not Batch.objects.exists()
    assert not Rendering.objects.exists()


def test_all_of_it_is_cancelled_and_tried_again(guest: Client, batch: Batch) -> None:
    first = table_of(batch).pictures[0]
    first.change(state="done")
    page = guest.post(reverse("batch_cancel", args=[batch.pk]), follow=True)
    assert "5 pictures cancelled" in page.text
    assert page.context["broken"] == 5
    page = guest.post(reverse("batch_retry", args=[batch.pk]), follow=True)
    assert "5 pictures waiting again" in page.text
    assert page.context["unfinished"] == 5
    assert batch_retry(batch) == 0
    assert batch_cancel(batch) == 5


def test_trying_again_heeds_the_queue(guest: Client, batch: Batch, settings) -> None:
    batch_cancel(batch)
    settings.MAX_JOBS_WAITING = 2
    assert guest.post(reverse("batch_retry", args=[batch.pk])).status_code == 429


def test_a_deleted_picture_leaves_its_place_empty_and_a_deleted_photo_its_row(
    guest: Client, batch: Batch, photos: list[Photo]
) -> None:
    services.remove(table_of(batch).pictures[1])
    assert [cell is None for cell in table_of(batch).rows[0].cells] == [False, True, False]
    assert guest.get(batch.get_absolute_url()).status_code == 200
    for photo in photos:
        services.remove(photo)
    assert "were deleted" in guest.get(batch.get_absolute_url()).text


@pytest.fixture
def finished(batch: Batch, run_queue: Callable[[], None]) -> Batch:
    run_queue()
    return batch


def test_done_it_is_one_sheet_and_one_zip(guest: Client, finished: Batch) -> None:
    page = guest.get(finished.get_absolute_url())
    assert page.context["done"] == page.context["total"] == 6
    for kind in ("jpg", "png"):
        answer = guest.get(reverse("batch_sheet", args=[finished.pk, kind]))
        assert answer.status_code == 200
        picture = Image.open(io.BytesIO(answer.content))
        picture.load()
        assert picture.width > 4 * 400
        assert f'.{kind}"' in answer["Content-Disposition"]
    answer = guest.get(reverse("batch_zip", args=[finished.pk]))
    assert answer.streaming
    archive = zipfile.ZipFile(io.BytesIO(body(answer)))
    assert archive.testzip() is None
    assert archive.namelist()[0].startswith("01-coffee/01-udnie")
    assert len(set(archive.namelist())) == 6
    first = table_of(finished).pictures[0]
    assert archive.read(archive.namelist()[0]) == first.result.open().read()


def test_before_anything_is_done_there_is_nothing_to_download(guest: Client, batch: Batch) -> None:
    for address in (reverse("batch_sheet", args=[batch.pk, "jpg"]),
                    reverse("batch_zip", args=[batch.pk])):  # fmt: skip
        assert guest.get(address).status_code == 404


def test_a_sheet_has_only_kinds_that_we_write(guest: Client, finished: Batch) -> None:
    assert guest.get(reverse("batch_sheet", args=[finished.pk, "exe"])).status_code == 404


def test_the_largest_sheet_is_bounded_and_the_colours_are_in_their_places(photos) -> None:
    assert contact_sheet.cell_size(2, 1) == contact_sheet.CELL
    for columns, rows in ((13, 5), (6, 12), (13, 12), (500, 500)):
        side = contact_sheet.cell_size(columns, rows)
        assert columns * rows * side**2 <= contact_sheet.AREA
    batch = batch_submit(GUEST, photos, CHOSEN, 64)
    colours = ["#c00000", "#00c000", "#0000c0", "#c0c000", "#00c0c0", "#c000c0"]
    for picture, colour in zip(table_of(batch).pictures, colours, strict=True):
        picture.view.save("x.webp", ContentFile(flat(colour, picture)), save=False)
        picture.change(view=picture.view.name, state="done")
    sheet = contact_sheet.drawn(table_of(batch), "Six colours, and a very long title" * 9)
    found = [colour for _, colour in sheet.getcolors(1 << 24) or []]
    for colour in colours:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        near = [c for c in found if abs(c[0] - red) + abs(c[1] - green) + abs(c[2] - blue) < 12]
        assert near, colour


def flat(colour: str, picture: Rendering) -> bytes:
    from webstyle.engine import images

    return images.encode(Image.new("RGB", (picture.width, picture.height), colour), "webp")


def test_a_lost_file_leaves_a_blank_and_no_error(finished: Batch) -> None:
    table: Table = table_of(finished)
    for picture in table.pictures:
        picture.view.storage.delete(picture.view.name)
    assert contact_sheet.draw(table, finished.title, "png")


def test_a_batch_is_for_its_owner_only(
    client: Client, stranger: Client, member: Client, finished: Batch
) -> None:
    Rendering.objects.update(public=True)
    pages = [finished.get_absolute_url(), reverse("batch_sheet", args=[finished.pk, "jpg"]),
             reverse("batch_zip", args=[finished.pk])]  # fmt: skip
    verbs = ("cancel", "retry", "delete", "restore")
    actions = [reverse(f"batch_{verb}", args=[finished.pk]) for verb in verbs]
    for visitor in (client, stranger, member):
        assert {visitor.get(address).status_code for address in pages} == {404}
        assert {visitor.post(address).status_code for address in actions} == {404}
        assert {visitor.get(address).status_code for address in actions} == {405}


def test_putting_a_table_away_leaves_its_pictures(guest: Client, finished: Batch) -> None:
    guest.post(reverse("batch_delete", args=[finished.pk]))
    assert guest.get(finished.get_absolute_url()).status_code == 404
    assert Rendering.objects.kept().count() == 6
    guest.post(reverse("batch_restore", args=[finished.pk]))
    assert guest.get(finished.get_absolute_url()).status_code == 200
    services.remove(finished)
    Batch.objects.update(deleted=finished.created - UNDO_TIME)
    purging.purge()
    assert not Batch.objects.exists()
    assert Rendering.objects.filter(batch=None).count() == 6


def test_a_batch_comes_along_is_exported_and_leaves_with_its_owner(finished: Batch) -> None:
    from gallery.accounts import belongings, export, moving

    user = make_member()
    member = Owner(user_id=user.pk)
    moving.take_over(GUEST, member)
    finished.refresh_from_db()
    assert len(table_of(finished).pictures) == 6
    assert belongings.counts(member)["batch"] == 1
    assert "1 batch" in belongings.in_words(belongings.counts(member))
    assert belongings.in_words({"batch": 2}) == "2 batches"
    names = [name for name, _ in export.entries(member, "x", "y")]
    assert len([name for name in names if name.endswith(".png")]) == 6
    user.delete()
    assert not Batch.objects.exists()
