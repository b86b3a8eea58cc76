// Short messages at the foot of the page.

import { $, $$, clone, slot } from "./dom.js";

const STAY = 7000;

function arm(item) {
  const leave = () => item.remove();
  let timer = setTimeout(leave, STAY);
  const hold = () => clearTimeout(timer);
  const release = () => (timer = setTimeout(leave, STAY));
  item.addEventListener("pointerenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("pointerleave", release);
  item.addEventListener("focusout", release);
  $("[data-close]", item).addEventListener("click", leave);
}

/** Show `text`; `kind` is "" or "error". */
export function toast(text, kind = "") {
  const item = clone("toast-template");
  slot(item, "text").textContent = text;
  if (kind) item.dataset.kind = kind;
  $("#toasts").append(item);
  arm(item);
}

/** The messages that came with the page. One that offers Undo stays until it is dismissed. */
export function startToasts() {
  for (const item of $$("#toasts > .toast")) {
    if ($("form", item)) $("[data-close]", item).addEventListener("click", () => item.remove());
    else arm(item);
  }
}
