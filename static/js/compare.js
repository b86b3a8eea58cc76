// The before/after slider. The range input is the control; dragging anywhere on the picture moves it too.
// Its value is how much of the painting shows, from the left.

import { $ } from "./dom.js";
import { gettext } from "./words.js";

const PAGE = 10;

/**
 * Make `element` (.compare) a slider. `mayDrag(event)` can refuse a drag, where a drag means something else.
 * With `drift` the line wanders slowly until it is touched.
 */
export function startCompare(element, { mayDrag = () => true, drift = false } = {}) {
  const input = $("input[type=range]", element);
  const draw = (value) => element.style.setProperty("--at", `${value}%`);

  function set(value) {
    const whole = Math.round(Math.min(100, Math.max(0, value)));
    input.value = whole;
    input.setAttribute("aria-valuetext", gettext("{percent} % after", { percent: whole }));
    draw(whole);
  }

  function follow(event) {
    const box = element.getBoundingClientRect();
    set((100 * (event.clientX - box.left)) / box.width);
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || element.dataset.view !== "slider" || !mayDrag(event)) return;
    event.preventDefault();
    stopDrift();
    input.focus({ preventScroll: true, focusVisible: false });
    element.setPointerCapture(event.pointerId);
    element.addEventListener("pointermove", follow);
    follow(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => element.removeEventListener("pointermove", follow));
  }

  input.addEventListener("input", () => set(Number(input.value)));
  input.addEventListener("keydown", (event) => {
    const step = { PageUp: PAGE, PageDown: -PAGE }[event.key];
    if (!step) return;
    event.preventDefault();
    set(Number(input.value) + step);
  });
  input.addEventListener("focus", stopDrift);

  let frame = 0;
  let at = 50;

  function stopDrift() {
    if (!frame) return;
    cancelAnimationFrame(frame);
    frame = 0;
    set(at);
  }

  function wander(now) {
    at = 50 + 22 * Math.sin(now / 2600);
    draw(at);
    frame = requestAnimationFrame(wander);
  }

  set(50);
  if (drift && !matchMedia("(prefers-reduced-motion: reduce)").matches) frame = requestAnimationFrame(wander);
  return { set };
}
