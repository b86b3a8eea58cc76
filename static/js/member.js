// The member's menu closes as menus do: by Escape, and when something else is touched.

import { $ } from "./dom.js";

const menu = $(".member");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  $("summary", menu).focus();
});

for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}
