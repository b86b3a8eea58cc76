// Notifications of the system, for those who switched them on among their own things.

import { recall, remember } from "./dom.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const KEY = "notify";
const allowed = () => window.Notification?.permission === "granted";
const isOn = () => recall(KEY) === "yes" && allowed();

/** Of a job that ended while the page was in the background. */
export function notify(job) {
  if (!isOn()) return;
  const words = job.state === "done" ? gettext("{title} is finished", job) : gettext("{title} did not work", job);
  const note = new Notification(words, { icon: job.thumb || undefined, tag: job.id });
  note.onclick = () => {
    window.focus();
    location.href = job.url;
  };
}

/** The switch; it asks the browser only when it is turned on. */
export function startNotifySwitch(label) {
  if (!label || !("Notification" in window)) return;
  const input = label.querySelector("input");
  label.hidden = false;
  input.checked = isOn();
  input.addEventListener("change", async () => {
    const wanted = input.checked;
    if (wanted && !allowed()) await Notification.requestPermission();
    remember(KEY, wanted && allowed() ? "yes" : "no");
    input.checked = isOn();
    if (wanted && !input.checked) toast(gettext("The browser does not allow notifications for this site."), "error");
  });
}
