// A box round the subject, drawn by pointer or moved by keyboard.

import { gettext } from "./words.js";

const LEAST = 0.03; // of a side: less is a tap
const STEP = 0.02;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const percent = (value) => `${Math.round(100 * value)} %`;

/** `onDrawn()` is called when a box was drawn or Enter pressed; `say(sentence)` is read aloud. */
export function startBox(element, onDrawn, say) {
  let box = { x: 0.2, y: 0.2, w: 0.6, h: 0.6 };
  let from = null;
  let before = null;

  function show() {
    const { style } = element;
    style.left = `${100 * box.x}%`;
    style.top = `${100 * box.y}%`;
    style.width = `${100 * box.w}%`;
    style.height = `${100 * box.h}%`;
  }

  const inside = ({ x, y }) => ({ x: clamp(x, 0, 1), y: clamp(y, 0, 1) });

  const KEYS = {
    ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP],
  };

  show();
  return {
    get box() { return box; },
    down(place) {
      from = inside(place);
      before = box;
    },
    move(place) {
      if (!from) return;
      const to = inside(place);
      box = { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(from.x - to.x), h: Math.abs(from.y - to.y) };
      show();
    },
    up() {
      from = null;
      if (box.w >= LEAST && box.h >= LEAST) {
        if (box !== before) onDrawn();
      } else this.cancel();
    },
    cancel() {
      from = null;
      box = before;
      show();
    },
    key(event) {
      if (event.key === "Enter") onDrawn();
      const by = KEYS[event.key];
      if (!by) return event.key === "Enter";
      if (event.shiftKey) box = { ...box, w: clamp(box.w + by[0], LEAST, 1 - box.x), h: clamp(box.h + by[1], LEAST, 1 - box.y) };
      else box = { ...box, x: clamp(box.x + by[0], 0, 1 - box.w), y: clamp(box.y + by[1], 0, 1 - box.h) };
      show();
      say(gettext("Box from {left} to {right} across, {top} to {bottom} down", { left: percent(box.x), right: percent(box.x + box.w), top: percent(box.y), bottom: percent(box.y + box.h) }));
      return true;
    },
  };
}
