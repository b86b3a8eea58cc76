// The operators' page loads itself anew while somebody looks at it, and leaves open what was opened.

import { $, $$ } from "./dom.js";

const EVERY = 5000;

async function refresh() {
  if (document.hidden) return;
  const old = $("#operate");
  // Not under the hand of somebody who is reading or selecting there.
  if (!getSelection().isCollapsed || old.contains(document.activeElement)) return;
  let html;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    html = await response.text();
  } catch {
    return; // the next turn may reach the server
  }
  const fresh = $("#operate", new DOMParser().parseFromString(html, "text/html"));
  if (!fresh) return;
  for (const opened of $$("details[open]", old)) {
    const same = $(`details[data-key="${opened.dataset.key}"]`, fresh);
    if (same) same.open = true;
  }
  old.replaceWith(document.adoptNode(fresh));
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
