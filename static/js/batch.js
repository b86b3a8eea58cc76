// A batch on its page: base.js keeps the cells current, here what is said of all of them is.

import { $, $$, setText, slot } from "./dom.js";
import { isOpen, onJob } from "./jobs.js";
import { gettext } from "./words.js";

const box = $("#batch");
const total = Number(box.dataset.total);
const cells = $$(".batch-table [data-job]");
const states = new Map(cells.map((cell) => [cell.dataset.job, cell.dataset.state]));
const part = (name) => $(`[data-part=${name}]`);

/** A button that goes must not take the focus with it. */
function show(element, yes) {
  const held = !yes && element.contains(document.activeElement);
  element.hidden = !yes;
  if (held) $("#main").focus();
}

function sum() {
  const all = [...states.values()];
  const done = all.filter((state) => state === "done").length;
  const open = all.filter((state) => isOpen({ state })).length;
  const broken = total - done - open;
  const whole = total === 1 ? gettext("It is painted") : gettext("All {total} are painted", { total });
  const end = broken ? gettext("{done} of {total} painted, {broken} did not work", { done, total, broken }) : whole;
  setText(slot(box, "state"), open ? gettext("{done} of {total} painted", { done, total }) : end);
  const progress = slot(box, "progress");
  progress.value = done;
  progress.hidden = open === 0;
  show(part("cancel"), open > 0);
  show(part("retry"), broken > 0);
  show(part("downloads"), done > 0 && open === 0);
}

onJob((job) => {
  if (!states.has(job.id) || states.get(job.id) === job.state) return;
  states.set(job.id, job.state);
  sum();
});
