// Hold the picture, a button or the P key, and the photograph shows for as long.

import { isTyping } from "./dom.js";

export function startHold(picture, button) {
  let held = false;

  function show(yes) {
    held = yes;
    picture.toggleAttribute("data-photo", yes);
    button.setAttribute("aria-pressed", String(yes));
  }

  for (const element of [picture, button]) {
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      show(true);
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => show(false));
    // A long touch asks for a menu on phones; while the photograph shows there is none.
    element.addEventListener("contextmenu", (event) => held && event.preventDefault());
  }
  // From the keyboard, or spoken: it stays until pressed again.
  button.addEventListener("click", (event) => event.detail === 0 && show(!held));

  const isKey = (event) => event.key.toLowerCase() === "p" && !event.ctrlKey && !event.metaKey && !event.altKey;
  document.addEventListener("keydown", (event) => isKey(event) && !event.repeat && !isTyping(event.target) && show(true));
  document.addEventListener("keyup", (event) => isKey(event) && held && show(false));
  window.addEventListener("blur", () => held && show(false));
}
