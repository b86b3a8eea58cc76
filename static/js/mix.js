// Mixing: up to three more styles beside the chosen one, each with a weight.

import { $, $$, setText } from "./dom.js";
import { gettext } from "./words.js";

/** `onChange()` is called when styles or weights have changed. Gives what the studio needs to know of it. */
export function startMix(mix, onChange) {
  const first = $(".mix-first", mix);
  const rows = $$(".mix-row", mix);
  const select = (row) => $("select", row);
  const range = (row) => $("input[type=range]", row);
  const used = () => rows.filter((row) => select(row).value);

  function show() {
    const busy = [first, ...used()];
    const total = busy.reduce((sum, row) => sum + Number(range(row).value), 0);
    // One empty row waits for the next.
    let spare = 1;
    for (const row of rows) row.hidden = !select(row).value && spare-- <= 0;
    first.hidden = busy.length === 1;
    for (const row of [first, ...rows]) {
      const share = `${Math.round((100 * Number(range(row).value)) / total)} %`;
      setText($("output", row), busy.includes(row) ? share : "");
      range(row).setAttribute("aria-valuetext", share);
      range(row).classList.toggle("unused", !busy.includes(row));
    }
  }

  for (const row of [first, ...rows]) {
    range(row).addEventListener("input", show);
    range(row).addEventListener("change", onChange);
  }
  for (const row of rows) {
    select(row).addEventListener("change", () => {
      show();
      onChange();
    });
  }
  show();

  return {
    refs: () => used().map((row) => select(row).value),
    /** Of the first style and of the others in use, 1 to 100. */
    weights: () => [first, ...used()].map((row) => Number(range(row).value)),
    nameFirst: (title) => setText($("[data-slot=first]", first), title || gettext("The chosen style")),
    /** A painting that was added, renamed, deleted or brought back, in every list. */
    offer({ ref, title }) {
      for (const row of rows) {
        const known = $(`option[value="${CSS.escape(ref)}"]`, row);
        if (known) known.textContent = title;
        else $("optgroup[data-own]", row).append(new Option(title, ref));
        $("optgroup[data-own]", row).hidden = false;
      }
    },
    withhold(ref, back) {
      for (const row of rows) {
        const option = $(`option[value="${CSS.escape(ref)}"]`, row);
        if (!option) continue;
        option.disabled = option.hidden = !back;
        if (!back && option.selected) select(row).value = "";
      }
      show();
    },
  };
}
