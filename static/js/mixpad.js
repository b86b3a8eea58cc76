// A dot between the corners, each corner a style. Dragged by any pointer, moved by the arrows.

import { $, $$, setImage } from "./dom.js";

const STEP = 0.05;
const FINE = 0.01;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const clamp = (value) => Math.min(1, Math.max(0, value));
const toward = (value, step) => clamp(Math.round((value + step) * 100) / 100);

/**
 * `onMove(place, done, nudged)`: where the dot is wanted, `x` and `y` from 0 to 1; whether the hand has let
 * go; and whether the dot was moved from where it was, not put to a place.
 */
export function startPad(pad, onMove) {
  const dot = $(".pad-dot", pad);
  const corners = $$(".pad-corner", pad);
  let at = { x: 0.5, y: 0.5 };
  let count = 0;
  let grip = null; // from the pointer to the dot, when it was taken by its edge
  let moved = false;
  let nudged = false;

  function placeOf(event) {
    const box = pad.getBoundingClientRect();
    return {
      x: clamp((event.clientX + grip.x - box.left) / box.width),
      y: count === 2 ? 0.5 : clamp((event.clientY + grip.y - box.top) / box.height),
    };
  }

  function take(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    pad.focus({ preventScroll: true, focusVisible: false });
    pad.setPointerCapture(event.pointerId);
    const box = dot.getBoundingClientRect();
    nudged = event.target === dot;
    grip = nudged ? { x: box.left + box.width / 2 - event.clientX, y: box.top + box.height / 2 - event.clientY } : { x: 0, y: 0 };
    pad.toggleAttribute("data-held", true);
    moved = false;
    if (!nudged) drag(event);
  }

  function drag(event) {
    if (!grip) return;
    moved = true;
    onMove(placeOf(event), false, nudged);
  }

  function letGo() {
    if (!grip) return;
    grip = null;
    pad.removeAttribute("data-held");
    if (moved) onMove(at, true, nudged);
  }

  pad.addEventListener("pointerdown", take);
  pad.addEventListener("pointermove", drag);
  pad.addEventListener("pointerup", letGo);
  pad.addEventListener("pointercancel", letGo);

  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (!move && event.key !== "Home") return;
    event.preventDefault();
    if (!move) return onMove({ x: 0.5, y: 0.5 }, true, false);
    const step = event.shiftKey ? FINE : STEP;
    // Between two styles there is one way only: up is as good as right.
    const [x, y] = count === 2 ? [move[0] - move[1], 0] : move;
    onMove({ x: toward(at.x, x * step), y: toward(at.y, y * step) }, true, true);
  });

  return {
    /** `styles` are [{card, colour, share}], `card` the address of a picture; `words` say the shares. */
    show(styles, place, words) {
      at = place;
      count = styles.length;
      pad.dataset.count = count;
      pad.style.setProperty("--x", at.x);
      pad.style.setProperty("--y", at.y);
      corners.forEach((corner, index) => {
        const style = styles[index];
        corner.hidden = !style;
        if (!style) return;
        setImage(corner, style.card);
        corner.style.setProperty("--share", style.share);
      });
      pad.setAttribute("aria-valuenow", Math.round(100 * at.x));
      pad.setAttribute("aria-valuetext", words);
    },
  };
}
