// A style that was exported somewhere: choosing its file is all there is to do.

import { $ } from "./dom.js";

export function startImport() {
  const input = $("#style-file");
  input?.addEventListener("change", () => input.files.length && input.form.submit());
}
