// A picture of a wall, as large as the window: by mouse, finger and keyboard, from one to the next.

import { $, $$, setText, slot, swapImage } from "./dom.js";
import { hasMore, more, total } from "./endless.js";

const FAR = 48; // px: a shorter stroke is no swipe

const dialog = $("#lightbox");
const cards = () => $$("[data-lightbox] > li").filter((item) => $("a.work[data-view]", item));
const linkOf = (card) => $("a.work", card);
let shown = null;

const viewOf = (card) => linkOf(card).dataset.view;

function preload(card) {
  if (card && !navigator.connection?.saveData) new Image().src = viewOf(card);
}

function show(card) {
  shown = card;
  const all = cards();
  const index = all.indexOf(card);
  const [link, thumb] = [linkOf(card), $("img", card)];
  const picture = slot(dialog, "picture");
  const [width, height] = ["width", "height"].map((side) => Number(thumb.getAttribute(side)));
  picture.style.setProperty("--ratio", (width / height).toFixed(4));
  picture.style.setProperty("--wide", `${width}px`);
  picture.style.backgroundColor = thumb.dataset.colour;
  picture.src = thumb.complete && thumb.currentSrc ? thumb.currentSrc : thumb.src;
  picture.alt = thumb.alt;
  swapImage(picture, viewOf(card)).then(() => {
    if (shown !== card) return;
    preload(all[index + 1]);
    preload(all[index - 1]);
  });
  const title = slot(dialog, "title");
  title.href = link.href;
  setText(title, $(".work-title", link).textContent);
  const by = $(".work-by", card);
  slot(dialog, "by").replaceChildren(...(by ? [...by.cloneNode(true).childNodes] : []));
  setText(slot(dialog, "place"), `${index + 1} / ${Math.max(total(), all.length)}`);
  $("[data-act=back]", dialog).setAttribute("aria-disabled", String(index === 0));
  $("[data-act=on]", dialog).setAttribute("aria-disabled", String(index === all.length - 1 && !hasMore()));
}

async function step(by) {
  const from = shown;
  const beside = () => cards()[cards().indexOf(from) + by];
  // The page after the last is fetched, and one goes on there, unless one has gone elsewhere meanwhile.
  if (!beside() && by > 0 && hasMore()) await more();
  if (shown === from && dialog.open && beside()) show(beside());
}

function open(event) {
  const link = event.target.closest("[data-lightbox] > li a.work[data-view]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  dialog.showModal();
  show(link.closest("li"));
}

function leave() {
  const link = shown && linkOf(shown);
  shown = null;
  link?.closest("li").removeAttribute("data-waits"); // of a row that endless.js holds back
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest", behavior: "instant" });
}

const ACTS = { back: () => step(-1), on: () => step(1), close: () => dialog.close() };
const KEYS = { ArrowLeft: ACTS.back, ArrowRight: ACTS.on, Home: () => show(cards()[0]), End: () => show(cards().at(-1)) };

// A modal dialog lets Tab go on to the browser's own bars; here it goes round.
function keepInside(event) {
  const stops = $$("a[href], button", dialog);
  const at = stops.indexOf(document.activeElement);
  const end = event.shiftKey ? at <= 0 : at === stops.length - 1;
  if (!end) return;
  event.preventDefault();
  stops.at(event.shiftKey ? -1 : 0).focus();
}

function startKeys() {
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab") return keepInside(event);
    if (!KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}

function startSwipes(stage) {
  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    // Two fingers zoom, and on a picture that is zoomed one finger moves it.
    const alone = event.isPrimary && event.pointerType === "touch" && (visualViewport?.scale ?? 1) < 1.05;
    from = alone ? { x: event.clientX, y: event.clientY } : null;
  });
  stage.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    from = null;
    if (Math.abs(x) > FAR && Math.abs(x) > 1.5 * Math.abs(y)) step(x < 0 ? 1 : -1);
  });
  stage.addEventListener("pointercancel", () => (from = null));
}

export function startLightbox() {
  if (!dialog?.showModal) return;
  document.addEventListener("click", open);
  dialog.addEventListener("close", leave);
  dialog.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) ACTS[act]();
    else if (event.target === slot(dialog, "stage")) dialog.close();
  });
  startKeys();
  startSwipes(slot(dialog, "stage"));
}
