"""How soon the picture follows the hand: from a slider's input event to the picture drawn, 512 px.

Starts ``manage.py serve`` on a free port with a database of its own and moves a slider of the
mixing page in a real Chromium: alone, then while a second person drags another slider without a
rest and an optimisation runs. The bounds are 250 ms and 600 ms for the median. Run it with
``make bench-mix``.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.site import Site
from webstyle.engine.samples import sample_path

MOVES = 40
ALONE, IN_COMPANY = 250, 600  # ms
QUERY = "mix=starry-night:40,great-wave:30,udnie:30"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
MOVE = """async (moves) => {
  const canvas = document.querySelector("canvas");
  const slider = document.querySelector(".mix-style input");
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  for (let i = 0; i < moves; i += 1) {
    const before = canvas.dataset.asked;
    const began = performance.now();
    slider.value = 10 + ((i * 37) % 80);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    while (canvas.dataset.asked === before) await frame();
    const wish = Number(canvas.dataset.asked);
    while (Number(canvas.dataset.drawn) < wish) await frame();
    times.push(performance.now() - began);
  }
  return times;
}"""
DRAG = """() => {
  const slider = document.querySelector(".mix-style input");
  let i = 0;
  setInterval(() => {
    slider.value = 10 + ((i += 3) % 80);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, 30);
}"""


def main() -> None:
    path = shutil.which("chromium")
    if path is None:
        sys.exit("chromium is missing: apt install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(folder)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            measure(chromium, f"http://127.0.0.1:{site.port}")
        finally:
            chromium.close()
            site.process.terminate()
            site.process.wait(30)


def measure(chromium: Browser, address: str) -> None:
    one = mixing_page(chromium, address, "coffee.png")
    one.evaluate(MOVE, 5)
    tell("alone", one.evaluate(MOVE, MOVES), ALONE)
    other = mixing_page(chromium, address, "astronaut.png")
    start_slow_job(other)
    other.evaluate(DRAG)
    one.evaluate(MOVE, 5)
    times = one.evaluate(MOVE, MOVES)
    assert job_state(other) == "running", "the slow job ended too soon to count"
    tell("with a second person and a slow job", times, IN_COMPANY)


def mixing_page(chromium: Browser, address: str, photo: str) -> Page:
    """A new visitor's, with a picture on it."""
    page = chromium.new_context(base_url=address).new_page()
    page.goto("/")
    page.set_input_files("#files", sample_path(photo))
    page.locator(".upload .upload-name[href]").click()
    page.wait_for_url("**/photo/*/")
    page.goto(page.url.replace("/photo/", "/mix/") + f"?{QUERY}")
    expect(page.locator("canvas")).to_have_js_property("width", 1024, timeout=60_000)
    return page


def start_slow_job(page: Page) -> None:
    """Longer than the measuring, by the page's own form."""
    page.evaluate(
        """() => fetch(document.querySelector("#paint").action, {
          method: "POST",
          headers: { Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf },
          body: new URLSearchParams({ style: "starry-night", engine: "gatys", size: "1024",
            gatys_iterations: "500", gatys_until_still: "off" }),
        })"""
    )
    while job_state(page) != "running":
        page.wait_for_timeout(200)


def job_state(page: Page) -> str:
    jobs = page.request.get("/api/v1/jobs").json()["jobs"]
    return str(jobs[0]["state"]) if jobs else ""


def tell(what: str, times: list[float], bound: int) -> None:
    middle = statistics.median(times)
    print(
        f"{what}: median of {len(times)} moves {middle:.0f} ms, slowest {max(times):.0f} ms, "
        f"ratio of the median to the bound of {bound} ms: {middle / bound:.2f}"
    )


if __name__ == "__main__":
    main()
