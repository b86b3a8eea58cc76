// Addresses to be copied.

import { $, $$ } from "./dom.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

/** Where the browser does not let a page write to the clipboard, the address is at least marked. */
async function copy(input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    toast(gettext("The link is copied."));
  } catch {
    toast(gettext("The link is marked: copy it from there."));
  }
}

for (const row of $$(".link-row")) {
  const input = $("input", row);
  input.addEventListener("focus", () => input.select());
  $("[data-copy]", row).addEventListener("click", () => copy(input));
}
