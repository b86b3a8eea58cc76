// The line under a form that says what became of the picture it asked for.

import { stateWord } from "./jobs.js";
import { $, setText, slot } from "./dom.js";
import { gettext } from "./words.js";

export function tellMade(form, job) {
  const line = slot(form, "made");
  line.hidden = false;
  const link = $("a", line);
  link.href = job.url;
  setText(link, job.title);
  setText($("span", line), job.state === "failed" ? job.error : stateWord(job) || gettext("Finished"));
}
