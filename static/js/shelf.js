// The shelf of styles: find one by its words, and see it on this photograph once it is known.

import { $, $$ } from "./dom.js";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function startFilter(shelf) {
  const input = $("#filter");
  if (!input) return;
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/);
    let found = 0;
    for (const card of $$("[data-words]", shelf)) {
      const text = plain(card.dataset.words);
      const fits = words.every((word) => text.includes(word));
      card.toggleAttribute("data-missed", !fits);
      if (fits && !card.hidden) found += 1;
    }
    for (const group of $$(".styles-group", shelf)) {
      group.toggleAttribute("data-missed", Boolean(input.value) && !$("[data-words]:not([data-missed], [hidden])", group));
    }
    $("#no-match").hidden = found > 0;
  });
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

/** Resting on a card shows `known(ref)`, the address of a picture painted so, or nothing. */
export function startPeek(shelf, known) {
  let peek = null;
  let over = null;

  function leave() {
    peek?.remove();
    peek = over = null;
  }

  function enter(event) {
    const card = event.target.closest(".style-card");
    if (card === over) return;
    leave();
    const url = card && known(card.dataset.style);
    if (!url) return;
    over = card;
    peek = new Image();
    peek.alt = "";
    peek.src = url;
    $(".style-picture", card).append(peek);
  }

  shelf.addEventListener("pointerover", enter);
  shelf.addEventListener("focusin", enter);
  shelf.addEventListener("pointerleave", leave);
  shelf.addEventListener("focusout", leave);
}
