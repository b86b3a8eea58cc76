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

/** Stays until it is dismissed: for a message that offers Undo. */
const stay = (item) => $("[data-close]", item).addEventListener("click", () => item.remove());

function linkTo(href, text) {
  const link = document.createElement("a");
  Object.assign(link, { href, textContent: text });
  return link;
}

/** Show `text`; `kind` is "" or "error". With `undo`, a function, it offers that and stays; with `href` it leads there. */
export function toast(text, kind = "", undo = null, href = "") {
  const item = clone("toast-template");
  slot(item, "text").append(href ? linkTo(href, text) : text);
  if (kind) item.dataset.kind = kind;
  const button = slot(item, "undo");
  button.hidden = !undo;
  button.addEventListener("click", () => {
    item.remove();
    undo();
  });
  $("#toasts").append(item);
  (undo ? stay : arm)(item);
}

/** The messages that came with the page. One that offers Undo stays until it is dismissed. */
export function startToasts() {
  for (const item of $$("#toasts > .toast")) {
    ($("form", item) ? stay : arm)(item);
  }
}
