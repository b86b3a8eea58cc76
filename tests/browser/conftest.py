"""A real site (``manage.py serve`` on a free port, with the sample gallery) and a real Chromium."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.backends import copy_of, own_site
from tests.cast import CORES
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
# Transitions have ended: colours are what they will be. What turns for ever is not waited for.
SETTLED = """async () => {
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  const ends = (each) =>
    each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((each) => each.finished));
}"""
# Nothing of what is well is written down, and no style sheet fetched again for a rule that is off.
ONLY_FAULTS = {"resultTypes": ["violations"], "preload": False}
SCREENS = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
# `make test` goes through every page on a phone too, and does the whole walk of a visitor on one;
# all of these tests on both: SCREENS=all.
ON = list(SCREENS) if os.environ.get("SCREENS") == "all" else ["desktop"]


def manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[str]:
    """The address of ``manage.py serve``, once it answers."""
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT, env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, "the server ended"
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(30)


OURS = {"DJANGO_SETTINGS_MODULE": "webstyle.settings"}


@pytest.fixture(scope="session")
def environment(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, _threads: None
) -> dict[str, str]:
    """Of the site's own processes: with the sample gallery, which takes half a minute. So the first
    worker of xdist that comes paints it, and the others wait and copy it."""
    common = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        common = common.parent
    told = common / "samples.json"
    with (common / "samples.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            own = own_site(common / "samples")
            paint_samples(os.environ | own | OURS)
            told.write_text(json.dumps(own))
        own = copy_of(json.loads(told.read_text()), tmp_path_factory.mktemp("site"))
    return os.environ | own | OURS


def paint_samples(environment: dict[str, str]) -> None:
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    manage(environment | {"OMP_NUM_THREADS": str(CORES)}, "make_samples")  # most wait for it


@pytest.fixture(scope="package")
def site(environment: dict[str, str]) -> Iterator[str]:
    with serving(environment, free_port()) as address:
        yield address


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=20_000)  # nothing here is about speed, and machines are busy
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without what only windows need, which takes half of the time; or all of it."""
    with launched(playwright, "chromium-headless-shell", "chromium") as chromium:
        yield chromium


@pytest.fixture(scope="package")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """As visitors have it: asks for leave, and knows when pictures below the screen are wanted."""
    with launched(playwright, "chromium") as chromium:
        yield chromium


@contextmanager
def launched(playwright: Playwright, *names: str) -> Iterator[Browser]:
    """The first of these that is installed."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = f"{names[0]} is not installed: apt install {names[0]}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture(params=ON)
def context(
    request: pytest.FixtureRequest, browser: Browser, site: str
) -> Iterator[BrowserContext]:
    """A visitor's browser with cookies of its own."""
    context = browser.new_context(base_url=site, **SCREENS[request.param])
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose script errors and refused resources fail the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if "Content Security" in m.text else None)
    yield page
    assert not errors


@pytest.fixture(scope="session")
def photo_path() -> str:
    import skimage

    return str(Path(skimage.__file__).parent / "data" / "chelsea.png")


@pytest.fixture
def photo(page: Page, photo_path: str) -> str:
    """The id of a fresh photograph, whose studio is open."""
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator(".upload .upload-name[href]").click()
    page.wait_for_url("**/photo/*/")
    return page.url.rstrip("/").rsplit("/", 1)[1]


@pytest.fixture
def plain_page(browser: Browser, site: str, photo_path: str) -> Iterator[Page]:
    """A page without JavaScript, with the studio of a fresh photograph open."""
    context = browser.new_context(base_url=site, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/photo/*/")
    yield page
    context.close()


def serious_faults(page: Page) -> list[str]:
    """What axe finds serious or critical, one line each."""
    page.evaluate(SETTLED)
    found = Axe().run(page, options=ONLY_FAULTS).response["violations"]
    return [
        f"{page.url} {fault['id']}: {node['target']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def fits_the_screen(page: Page) -> bool:
    """Nothing sticks out sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
