"""A photo on its way through a tunnel: what arrived is not sent again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Request, Response, Route, expect

from tests.browser.conftest import fits_the_screen, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.scaled]
UPLOADS = "**/uploads/**"


class Tunnel:
    """The connection of ``page``, that ends after ``pieces`` and comes back when it is asked to."""

    def __init__(self, page: Page, pieces: int) -> None:
        self.page, self.left = page, pieces
        self.pieces: list[tuple[int, int]] = []  # from where to where, of those that arrived
        self.begun = 0
        page.route(UPLOADS, self.carry)
        page.on("response", self.heard)

    def carry(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.left -= 1
        if self.left < 0:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    def heard(self, response: Response) -> None:
        asked: Request = response.request
        if asked.method == "PATCH" and response.status == 204:
            begin = int(asked.headers["upload-offset"])
            self.pieces.append((begin, int(response.headers["upload-offset"])))
        self.begun += asked.method == "POST" and asked.url.endswith("/uploads/")

    def out(self) -> None:
        self.left = 10**6
        self.page.context.set_offline(False)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise does not get smaller: some 6 MB."""
    path = tmp_path_factory.mktemp("large") / "noise.jpg"
    noise = np.random.default_rng(1).integers(0, 256, (1800, 2400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, quality=95, subsampling=0)
    assert path.stat().st_size > 4_000_000
    return path


def once_each(pieces: list[tuple[int, int]], size: int) -> bool:
    """From the beginning to the end, and none twice."""
    begins, ends = [0, *(end for _, end in pieces)], [end for _, end in pieces]
    return [begin for begin, _ in pieces] == begins[:-1] and ends[-1] == size


def into_the_tunnel(page: Page, large: Path) -> Tunnel:
    page.goto("/")
    tunnel = Tunnel(page, pieces=2)
    page.set_input_files("#files", large)
    expect(page.locator(".upload-state")).to_have_text("Waiting for the connection…")
    assert len(tunnel.pieces) == 2
    return tunnel


def test_the_upload_waits_for_the_connection_and_goes_on_from_where_it_was(
    page: Page, large: Path
) -> None:
    tunnel = into_the_tunnel(page, large)
    page.context.set_offline(True)
    bar = page.locator(".upload progress")
    assert 0 < bar.evaluate("bar => bar.value") < 1
    assert fits_the_screen(page)
    assert serious_faults(page) == []
    tunnel.out()
    expect(page.locator(".upload-name[href]")).to_be_visible(timeout=60_000)
    assert once_each(tunnel.pieces, large.stat().st_size)
    assert tunnel.begun == 1
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('upload '))") == []
    )


def test_after_a_reload_the_same_file_goes_on_from_where_it_was(page: Page, large: Path) -> None:
    tunnel = into_the_tunnel(page, large)
    page.reload()
    tunnel.out()
    page.set_input_files("#files", large)
    expect(page.locator(".upload-name[href]")).to_be_visible(timeout=60_000)
    assert once_each(tunnel.pieces, large.stat().st_size)
    assert tunnel.begun == 1


def test_cancelled_in_the_tunnel_it_is_forgotten(page: Page, large: Path) -> None:
    tunnel = into_the_tunnel(page, large)
    tunnel.out()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Cancel noise.jpg").click()
    assert deleted.value.status in (204, 423)
    expect(page.locator(".upload")).to_have_count(0)
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('upload '))") == []
    )


def test_a_file_that_is_no_picture_is_refused_as_ever(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear sister, the sky turned red as blood.")
    page.goto("/")
    page.set_input_files("#files", letter)
    expect(page.locator(".upload-state")).to_contain_text("letter.jpg is not a picture we can read")
