// Fine tuning: for each parameter a number and, beside it, a slider whose middle is the default.

import { $, $$, setText } from "./dom.js";
import { gettext } from "./words.js";

const ENDS = 1000; // positions of the slider

/** Between slider positions and values, so that the default lies in the middle. */
function scaleOf(number, byDefault) {
  const low = Number(number.min);
  const high = Number(number.max);
  const step = Number(number.step) || (high - low) / ENDS;
  const middle = (byDefault - low) / (high - low);
  const bend = middle > 0.02 && middle < 0.98 ? Math.log(middle) / Math.log(0.5) : 1;
  const digits = (String(step).split(".")[1] || "").length;
  const clamp = (value) => Math.min(high, Math.max(low, low + Math.round((value - low) / step) * step));
  return {
    neat: (value) => String(Number(clamp(value).toFixed(digits))),
    valueAt: (position) => low + (high - low) * (position / ENDS) ** bend,
    positionOf: (value) => Math.round(ENDS * ((value - low) / (high - low)) ** (1 / bend)),
  };
}

/** Gives `reset()` for a numeric parameter and keeps its two controls together. */
function startNumber(param, tell) {
  const number = $("input[type=number]", param);
  const range = $("input[type=range]", param);
  const scale = scaleOf(number, Number(param.dataset.default));

  function set(value) {
    number.value = scale.neat(value);
    range.value = scale.positionOf(Number(number.value));
    range.setAttribute("aria-valuetext", number.value);
    tell();
  }

  range.max = ENDS;
  range.addEventListener("input", () => {
    number.value = scale.neat(scale.valueAt(Number(range.value)));
    range.setAttribute("aria-valuetext", number.value);
    tell();
  });
  // A key moves the value by one step of its own, not by a position that may round to the same.
  range.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    set(Number(number.value) + way * (Number(number.step) || 1));
  });
  number.addEventListener("change", () => set(number.value === "" ? Number(param.dataset.default) : Number(number.value)));
  set(Number(number.value));
  return () => set(Number(param.dataset.default));
}

function startParam(param, tell) {
  const tick = $("input[type=checkbox]", param);
  const select = $("select", param);
  const reset = $("[data-reset]", param);
  const isDefault = () => {
    if (tick) return String(tick.checked) === param.dataset.default.toLowerCase();
    if (select) return select.value === param.dataset.default;
    return Number($("input[type=number]", param).value) === Number(param.dataset.default);
  };
  const show = () => {
    param.toggleAttribute("data-changed", !isDefault());
    tell();
  };
  let back;
  if (tick) back = () => (tick.checked = param.dataset.default.toLowerCase() === "true");
  else if (select) back = () => (select.value = param.dataset.default);
  else back = startNumber(param, show);
  (tick || select)?.addEventListener("change", show);
  reset.addEventListener("click", () => {
    back();
    show();
    $("input:not([type=hidden]), select", param).focus();
  });
  show();
}

/** Gives `show(engine)`, which leaves only that method's parameters in sight. */
export function startTuning(tuning) {
  const groups = $$("[data-engine]", tuning);
  const summary = $("[data-slot=changed]", tuning);

  function count() {
    const changed = $$("[data-engine]:not([hidden]) [data-changed]", tuning).length;
    setText(summary, changed ? gettext("{number} changed", { number: changed }) : "");
  }

  // A value the browser refuses must be seen to be mended.
  tuning.addEventListener("invalid", () => (tuning.open = true), true);
  $$(".param[data-param]", tuning).forEach((param) => startParam(param, count));
  return {
    show(engine) {
      for (const group of groups) group.hidden = group.dataset.engine !== engine;
      count();
    },
  };
}
