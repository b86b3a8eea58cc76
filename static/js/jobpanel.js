// The line under a picture that says how its job stands, with Cancel and Try again.

import { ApiError, post } from "./api.js";
import { addJob, describe } from "./jobs.js";
import { $, $$, setText } from "./dom.js";
import { toast } from "./toast.js";

const SPOKEN = {
  queued: () => "Waiting its turn",
  running: () => "Painting has begun",
  done: (job) => `${job.title} is finished`,
  failed: (job) => `It did not work. ${job.error}`,
  cancelled: () => "Cancelled",
};

export function startJobPanel(panel) {
  let job = null;

  for (const form of $$("form", panel)) {
    form.addEventListener("submit", async (event) => {
      if (!job) return;
      event.preventDefault();
      const button = $("button", form);
      button.disabled = true;
      try {
        addJob(await post(`${job.url}${form.dataset.for}/`));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        toast(error.message, "error");
      } finally {
        button.disabled = false;
      }
    });
  }

  return {
    /** Show a snapshot, or null for "no job here". */
    show(next) {
      const spoken = next && (!job || job.id !== next.id || job.state !== next.state);
      const arrived = job === null;
      job = next;
      panel.dataset.state = job ? job.state : "";
      const line = $("[data-job-state]", panel);
      line.dataset.state = panel.dataset.state;
      setText(line, job ? describe(job) : "");
      if (!job) return;
      const progress = $("progress", panel);
      progress.max = job.total || 1;
      progress.value = job.step || 0;
      $("[data-action=cancel]", panel).disabled = job.cancel_requested;
      // Only a change of state is read aloud, never each step; and not what the page already said when it opened.
      if (spoken && !(arrived && job.state === "done")) setText($("[data-live]", panel), SPOKEN[job.state](job));
    },
  };
}
