// Every page: the theme switch, toasts, the tray, and cards of pictures that are under way.

import { $, remember, setImage, setText, slot } from "./dom.js";
import { onJob, startJobs, stateWord } from "./jobs.js";
import { startToasts } from "./toast.js";
import { startTray } from "./tray.js";

function startTheme() {
  const button = $("#theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember("theme", root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}

/** Cards of pictures that were under way when the page was made. */
function keepCardsCurrent() {
  onJob((job) => {
    const card = document.querySelector(`[data-job="${CSS.escape(job.id)}"]`);
    if (!card) return;
    const image = $("img", card);
    setImage(image, job.thumb || job.preview);
    image.classList.toggle("waiting", job.state !== "done");
    setText(slot(card, "state"), stateWord(job));
  });
}

startTheme();
startToasts();
startTray();
keepCardsCurrent();
startJobs();
