// The lines under a picture that say how its job stands, with what can be done about it.

import { ApiError } from "./api.js";
import { act, describe, isAsked, isOpen, isStyle, offers } from "./jobs.js";
import { $, $$, setText } from "./dom.js";
import { startLossChart } from "./losschart.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const SPOKEN = {
  queued: (job) => (job.keep_requested ? gettext("It is finished as it is") : gettext("Waiting its turn")),
  running: (job) => {
    if (isStyle(job)) return job.step > 0 ? gettext("Learning goes on") : gettext("Learning has begun");
    return job.step > 0 ? gettext("Painting goes on") : gettext("Painting has begun");
  },
  paused: () => gettext("Paused"),
  done: (job) => gettext("{title} is finished", job),
  failed: (job) => gettext("It did not work. {error}", job),
  cancelled: () => gettext("Cancelled"),
};

export function startJobPanel(panel) {
  const line = $("[data-job-state]", panel);
  const note = $("[data-job-note]", panel);
  const progress = $("progress", panel);
  const forms = $$("form", panel);
  const figure = $(".losses", panel);
  const chart = startLossChart(figure);
  let job = null;
  let busy = false;

  for (const form of forms) {
    form.addEventListener("submit", async (event) => {
      if (!job) return;
      event.preventDefault();
      if (busy || isAsked(job, form.dataset.for)) return;
      busy = true;
      try {
        await act(job, form.dataset.for);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        toast(error.message, "error");
      } finally {
        busy = false;
      }
    });
  }

  /** A button that goes must not take the focus with it. */
  function showForms(may) {
    const held = forms.find((form) => form.contains(document.activeElement));
    for (const form of forms) {
      const verb = form.dataset.for;
      form.hidden = !may[verb];
      $("button", form).setAttribute("aria-disabled", String(isAsked(job, verb)));
    }
    if (held?.hidden) (forms.map((form) => $("button", form)).find((button) => !button.closest("[hidden]")) || line).focus();
  }

  function showChart(same) {
    if (job.pausable && (isOpen(job) || (job.state === "done" && job.curve.length > 1))) chart.show(job.curve);
    // What was watched to its end stays: nothing moves when the last snapshot, without a curve, arrives.
    else if (!job.pausable || !same) chart.hide();
  }

  return {
    /** Show a snapshot, or null for "no job here". */
    show(next) {
      const same = next !== null && job?.id === next.id;
      const spoken = next && (!same || job.state !== next.state);
      const arrived = job === null;
      job = next;
      panel.dataset.state = job ? job.state : "";
      panel.toggleAttribute("data-slow", Boolean(job?.pausable));
      line.dataset.state = panel.dataset.state;
      setText(line, job ? describe(job) : "");
      setText(note, job?.note || "");
      note.hidden = !job?.note;
      if (!job) return;
      progress.max = job.total || 1;
      progress.value = job.step || 0;
      showForms(offers(job));
      showChart(same);
      progress.hidden = !isOpen(job) && figure.hidden;
      // Only a change of state is read aloud, never each step; and not what the page already said when it opened.
      if (spoken && !(arrived && job.state === "done")) setText($("[data-live]", panel), SPOKEN[job.state](job));
    },
  };
}
