// A password one can look at while typing it.

import { $, $$ } from "./dom.js";

for (const button of $$("[data-reveal]")) {
  const input = $("input", button.parentElement);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // Sent as a password: what browsers remember of text fields is for others to read.
  input.form.addEventListener("submit", () => (input.type = "password"));
}
