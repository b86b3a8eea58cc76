// An album's order: dragged by pointer, moved by its buttons; the wall above follows.

import { ApiError, send } from "./api.js";
import { $, $$, setText, slot } from "./dom.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const root = $("#arrange");
const MOVES = { earlier: -1, later: 1 };
const FAR = 6; // px: less is a tap
let saving = Promise.resolve();

const list = root && $(".arrange", root);
const rows = () => [...list.children];
const idOf = (row) => row.dataset.picture;

function hangSo() {
  const wall = $("#album-wall");
  const hung = new Map($$("li", wall).map((item) => [item.dataset.work, item]));
  for (const row of rows()) if (hung.has(idOf(row))) wall.append(hung.get(idOf(row)));
}

// One after the other: an older order must not overtake a newer one.
function save() {
  hangSo();
  const pictures = rows().map(idOf);
  saving = saving.then(async () => {
    try {
      await send("PUT", root.dataset.order, { pictures });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, "error");
    }
  });
}

function say(row) {
  const place = rows().indexOf(row) + 1;
  setText(slot(root, "told"), gettext("{title}: {place} of {number}", { title: $(".arrange-title", row).firstChild.textContent.trim(), place, number: rows().length }));
}

function step(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return say(row);
  if (by < 0) other.before(row);
  else other.after(row);
  say(row);
  save();
}

function startButtons() {
  list.addEventListener("submit", (event) => {
    const button = event.submitter;
    const by = MOVES[button?.value];
    if (!by) return; // the cover, and what is taken out: the page comes anew
    event.preventDefault();
    step(button.closest("li"), by);
    button.focus(); // moving a row takes it away
  });
}

function startDragging() {
  let held = null;

  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest(".arrange-thumb")?.closest("li");
    if (!row || event.button !== 0) return;
    event.preventDefault();
    held = { row, x: event.clientX, y: event.clientY, before: rows().map(idOf).join(), moved: false };
    list.setPointerCapture(event.pointerId);
  });

  list.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > FAR;
    if (!held.moved) return;
    held.row.toggleAttribute("data-held", true);
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest(".arrange > li");
    if (!over || over === held.row || !list.contains(over)) return;
    const isBelow = rows().indexOf(over) > rows().indexOf(held.row);
    if (isBelow) over.after(held.row);
    else over.before(held.row);
  });

  function drop() {
    if (!held) return;
    const { row, before } = held;
    held = null;
    row.removeAttribute("data-held");
    if (rows().map(idOf).join() === before) return;
    say(row);
    save();
  }

  list.addEventListener("pointerup", drop);
  list.addEventListener("pointercancel", drop);
}

if (list) {
  startButtons();
  startDragging();
}
