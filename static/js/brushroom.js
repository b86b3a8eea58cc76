// A picture to paint masks on: zoom and the hand, the ring of the brush, its sliders, and the keys.

import { widthAt } from "./brush.js";
import { $, $$, isTyping, setText } from "./dom.js";
import { startHands } from "./hands.js";
import { ZoomView } from "./zoomview.js";

const SHOWN = 900; // ms
const WIDER = 5; // of the slider, a key

/** 0 to 100 each. */
export const brushSettings = () => ({ size: Number($("#brush-size").value), softness: Number($("#softness").value) });

/**
 * `picture` is the size of what is painted on. `tool()` is what the hand works with, as startHands has it;
 * `pick(name)` is asked for "brush" or "eraser"; `undo()` and `redo()`; `onLayout()` when the picture has moved.
 * Gives `letGo()`: the hand no longer moves the picture.
 */
export function startBrushRoom({ page, stage, frame, picture }, { tool, pick, undo, redo, onLayout = () => {} }) {
  const ring = $(".brush-ring", frame);
  const sliders = { size: $("#brush-size"), softness: $("#softness") };
  let hand = false;

  function hold(yes) {
    hand = yes;
    stage.toggleAttribute("data-hand", yes);
    $("[data-zoom=hand]", page).setAttribute("aria-pressed", String(yes));
  }

  // Zoom

  const view = new ZoomView(stage, frame, picture, ({ zoom, zoomed, scale }) => {
    setText($("[data-zoom-level]", page), `${Math.round(100 * scale)} %`);
    $("[data-zoom=fit]", page).setAttribute("aria-pressed", String(zoom === null));
    $("[data-zoom=hand]", page).disabled = !zoomed;
    stage.classList.toggle("zoomed", zoomed);
    if (!zoomed && hand) hold(false);
    onLayout();
  });
  const zooms = { fit: () => view.setZoom(null), in: () => view.in(), out: () => view.out(), hand: () => hold(!hand) };
  for (const button of $$("[data-zoom]", page)) button.addEventListener("click", zooms[button.dataset.zoom]);
  startHands(stage, view, () => (hand ? null : tool()));

  // The brush

  function showRing({ x, y }) {
    const { style } = ring;
    style.left = `${100 * x}%`;
    style.top = `${100 * y}%`;
    style.width = `${widthAt(brushSettings().size) * Math.max(frame.clientWidth, frame.clientHeight)}px`;
  }

  function showSettings() {
    const { size, softness } = brushSettings();
    const width = 100 * widthAt(size);
    for (const [input, value] of [[sliders.size, width < 3 ? width.toFixed(1) : Math.round(width)], [sliders.softness, softness]]) {
      setText($(`output[for=${input.id}]`), `${value} %`);
      input.setAttribute("aria-valuetext", `${value} %`);
    }
  }

  let timer = 0;

  /** How wide the brush is shows for a moment where the eye is. */
  function showWidth() {
    showSettings();
    const room = stage.getBoundingClientRect();
    showRing(view.placeOf({ clientX: room.left + room.width / 2, clientY: room.top + room.height / 2 }));
    ring.setAttribute("data-over", "");
    clearTimeout(timer);
    timer = setTimeout(() => ring.removeAttribute("data-over"), SHOWN);
  }

  stage.addEventListener("pointermove", (event) => {
    ring.toggleAttribute("data-over", event.pointerType !== "touch");
    showRing(view.placeOf(event));
  });
  stage.addEventListener("pointerleave", () => ring.removeAttribute("data-over"));
  sliders.size.addEventListener("input", showWidth);
  sliders.softness.addEventListener("input", showSettings);

  function widen(by) {
    sliders.size.valueAsNumber += by;
    showWidth();
  }

  // Keys, wherever the focus is, but not while something is written

  const keys = { b: () => pick("brush"), e: () => pick("eraser"), "[": () => widen(-WIDER), "]": () => widen(WIDER) };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    let act = keys[key];
    if (event.ctrlKey || event.metaKey) act = key === "y" || (key === "z" && event.shiftKey) ? redo : key === "z" ? undo : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
  for (const [name, act] of Object.entries({ undo, redo })) $(`[data-action=${name}]`, page).addEventListener("click", act);

  showSettings();
  return { letGo: () => hold(false) };
}
