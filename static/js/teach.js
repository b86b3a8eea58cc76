// A lesson: which paintings, for how long, and what the style is to be called.

import { ApiError, post } from "./api.js";
import { $, $$, setText, slot } from "./dom.js";
import { startPaintings } from "./paintings.js";
import { startImport } from "./styleimport.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const form = $("#teach");
const shelf = $("#learn-from");
const most = Number(form.dataset.most) || 6;
const boxes = () => $$("input[type=checkbox][name=painting]", shelf);
const chosen = () => boxes().filter((box) => box.checked && !box.disabled);
const nameOf = (box, part) => $(`.style-${part}`, box.closest(".style-card")).textContent;

/** Without a name of its own it takes that of the first painting: the fields say which. */
function render() {
  const picked = chosen();
  for (const box of boxes()) {
    const gone = box.closest(".style-item").hidden;
    box.disabled = gone || (picked.length >= most && !box.checked);
  }
  const [first] = picked;
  slot(form, "title").placeholder = first ? nameOf(first, "title") : "";
  slot(form, "artist").placeholder = first ? first.closest(".style-item").dataset.artist : "";
  const count = picked.length;
  setText(slot(form, "count"), count > 1 ? gettext("{count} paintings, as if by one hand", { count }) : count ? "" : gettext("Choose a painting first"));
}

function choose(box) {
  if (chosen().length < most) box.checked = true;
  render();
}

startPaintings({
  onAdd: (painting, card) => choose($("input[name=painting]", card)),
  onChange: render,
  onRemove: render,
});
shelf.addEventListener("change", render);

const stroke = $("#stroke");
function showStroke() {
  const times = `${Number(stroke.value).toFixed(2).replace(/\.?0+$/, "")} ×`;
  setText($("output[for=stroke]", form), times);
  stroke.setAttribute("aria-valuetext", times);
}
stroke.addEventListener("input", showStroke);

let sending = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!chosen().length) {
    toast(gettext("Choose a painting first, or add one."), "error");
    (boxes()[0] || $("#painting-files")).focus();
    return;
  }
  if (sending) return;
  sending = true;
  const button = $("button.primary", form);
  button.setAttribute("aria-disabled", "true");
  try {
    location.href = (await post(form.action, new FormData(form))).url;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
    sending = false;
    button.removeAttribute("aria-disabled");
  }
});
// Back from the style's page, the form may be sent again.
addEventListener("pageshow", () => {
  sending = false;
  $("button.primary", form).removeAttribute("aria-disabled");
  render();
});

startImport();
showStroke();
render();
