// The shelf in a dialog, to choose one style from.

import { $, $$, setText } from "./dom.js";
import { startFilter } from "./shelf.js";

export function startPicker(dialog) {
  const filter = $("#filter", dialog);
  const cards = $$("[data-style]", dialog);
  const known = new Map(
    cards.map((card) => [
      card.dataset.style,
      {
        slug: card.dataset.style,
        title: $(".style-title", card).textContent,
        card: $("img", card)?.getAttribute("src") || "",
        colour: $(".style-picture", card).dataset.colour,
      },
    ]),
  );
  let answer = () => {};

  startFilter(dialog);
  for (const card of cards) {
    card.addEventListener("click", () => {
      answer(card.dataset.style);
      dialog.close();
    });
  }
  dialog.addEventListener("close", () => answer(null));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  $("[data-close]", dialog).addEventListener("click", () => dialog.close());

  return {
    /** Slug -> {slug, title, card, colour}, in the order of the shelf. */
    known,
    /** The slug that is chosen, or null. What is `taken` cannot be; `current` is marked. */
    choose(heading, { taken, current = null }) {
      setText($("h2", dialog), heading);
      filter.value = "";
      filter.dispatchEvent(new Event("input"));
      for (const card of cards) {
        const { style } = card.dataset;
        card.disabled = style !== current && taken.includes(style);
        card.setAttribute("aria-pressed", String(style === current));
      }
      dialog.showModal();
      $("[aria-pressed=true]", dialog)?.scrollIntoView({ block: "nearest" });
      return new Promise((resolve) => (answer = resolve));
    },
  };
}
