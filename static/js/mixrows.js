// The styles of a mix, one row each: its picture, its slider, its percent; to change it and to remove it.

import { $, clone, setImage, setText, slot } from "./dom.js";
import { MAX_STYLES } from "./blend.js";
import { gettext } from "./words.js";

/** `onShare(index, percent, done)`, `onChange(index)`, `onRemove(index)`. */
export function startRows(list, { onShare, onChange, onRemove }) {
  const rows = Array.from({ length: MAX_STYLES }, (_, index) => {
    const row = clone("mix-style-template");
    const range = $("input[type=range]", row);
    range.addEventListener("input", () => onShare(index, Number(range.value), false));
    range.addEventListener("change", () => onShare(index, Number(range.value), true));
    $("[data-action=change]", row).addEventListener("click", () => onChange(index));
    $("[data-action=remove]", row).addEventListener("click", () => onRemove(index));
    list.append(row);
    return row;
  });

  return {
    /** `styles` are [{title, card, colour}]. */
    show(styles, percents) {
      rows.forEach((row, index) => {
        const style = styles[index];
        row.hidden = !style;
        if (!style) return;
        const range = $("input[type=range]", row);
        const image = slot(row, "card");
        if (style.card) setImage(image, style.card);
        else image.removeAttribute("src");
        image.parentElement.style.backgroundColor = style.colour;
        setText(slot(row, "title"), style.title);
        setText(slot(row, "percent"), `${percents[index]} %`);
        range.value = percents[index];
        range.setAttribute("aria-label", style.title);
        range.setAttribute("aria-valuetext", `${percents[index]} %`);
        range.disabled = styles.length === 1;
        $("[data-action=change]", row).setAttribute("aria-label", gettext("Change {title} for another style", style));
        const remove = $("[data-action=remove]", row);
        remove.setAttribute("aria-label", gettext("Remove {title}", style));
        remove.hidden = styles.length === 1;
      });
    },
    focus: (index) => $("[data-action=change]", rows[index]).focus(),
  };
}
