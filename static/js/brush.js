// The brush and the eraser: strokes into the mask of the chosen region.

import { around, dab, lay } from "./masks.js";

const LEAST = 0.004; // of the picture's long side, across; the widest is a hundred times that
const RUBBER = 32; // of PointerEvent.buttons: the other end of a pen
const LIGHTEST = 0.25; // of its width, under a pen that hardly touches

/** Across, as a share of the picture's long side; `position` is the slider's, 0 to 100. */
export const widthAt = (position) => LEAST * 100 ** (position / 100);

/**
 * `board` is {size, data(), touch(rect), done(by)}: the mask that is painted on, and who is to know of it.
 * `settings()` gives {size, softness}: 0 to 100 each.
 */
export function startBrush(board, settings, erase) {
  const { width, height } = board.size;
  const stroke = new Uint8Array(width * height);
  let rub = erase;
  let before = null;
  let last = null;
  let touched = null;

  function point(place, event) {
    const pressed = event.pointerType === "pen" && event.pressure > 0 ? LIGHTEST + (1 - LIGHTEST) * event.pressure : 1;
    const r = (pressed * widthAt(settings().size) * Math.max(width, height)) / 2;
    return { x: place.x * width, y: place.y * height, r };
  }

  function draw(to) {
    const rect = dab(stroke, board.size, last, to, settings().softness / 100);
    lay(board.data(), before, stroke, width, rect, rub);
    touched = around(touched, rect);
    last = to;
    board.touch(rect);
  }

  function end() {
    const rect = touched;
    before = last = touched = null;
    if (rect) for (let y = rect.top; y < rect.bottom; y += 1) stroke.fill(0, y * width + rect.left, y * width + rect.right);
    return rect;
  }

  return {
    ring: true,
    down(place, event) {
      before = board.data().slice();
      rub = erase || Boolean(event.buttons & RUBBER);
      last = point(place, event);
      draw(last);
    },
    move: (place, event) => before && draw(point(place, event)),
    up() {
      if (before && end()) board.done();
    },
    cancel() {
      if (!before) return;
      board.data().set(before);
      board.touch(end());
    },
  };
}
