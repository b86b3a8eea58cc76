// The regions, one row each: which one is worked on, its style, how much it covers; and the rest below them.

import { $, clone, setImage, setText, slot } from "./dom.js";
import { gettext } from "./words.js";

function showStyle(row, { title, card, colour }) {
  const image = slot(row, "card");
  if (card) setImage(image, card);
  else image.removeAttribute("src");
  image.parentElement.style.backgroundColor = colour;
  setText(slot(row, "title"), title);
}

/** `onPick(id)`, `onChange(id)` and `onRemove(id)`; of the rest, which has no mask, `onChange("rest")`. */
export function startRegionRows(list, { onPick, onChange, onRemove }) {
  const rows = new Map();
  const rest = $("[data-region=rest]", list);
  $("[data-action=change]", rest).addEventListener("click", () => onChange("rest"));

  function rowOf(id) {
    if (rows.has(id)) return rows.get(id);
    const row = clone("region-template");
    row.dataset.region = id;
    const radio = $("input", row);
    radio.value = id;
    radio.addEventListener("change", () => onPick(id));
    setText($(".swatch", row), String(id));
    $("[data-action=change]", row).addEventListener("click", () => onChange(id));
    $("[data-action=remove]", row).addEventListener("click", () => onRemove(id));
    rows.set(id, row);
    return row;
  }

  return {
    /** `regions` are [{id, style: {title, card, colour}, percent}]; `current` is the id of the one that is worked on. */
    show(regions, current, restStyle) {
      for (const [id, row] of rows) if (!regions.some((region) => region.id === id)) row.remove();
      for (const [index, { id, style, percent }] of regions.entries()) {
        const row = rowOf(id);
        if (list.children[index] !== row) list.insertBefore(row, list.children[index]);
        const radio = $("input", row);
        radio.checked = id === current;
        radio.setAttribute("aria-label", gettext("Work on region {id}, {title}, {percent}", { id, title: style.title, percent }));
        row.toggleAttribute("data-current", id === current);
        showStyle(row, style);
        setText(slot(row, "cover"), percent);
        $("[data-action=change]", row).setAttribute("aria-label", gettext("Region {id}: change {title} for another style", { id, title: style.title }));
        const remove = $("[data-action=remove]", row);
        remove.setAttribute("aria-label", gettext("Remove region {id}", { id }));
        remove.hidden = regions.length === 1;
      }
      showStyle(rest, restStyle);
      $("[data-action=change]", rest).setAttribute("aria-label", gettext("The rest: change {title} for another style", restStyle));
    },
    focus: (id) => $("[data-action=change]", id === "rest" ? rest : rows.get(id)).focus(),
  };
}
