// A list of files on their way to the server, each with its progress, its error and a second try.

import { ApiError, tooLarge } from "./api.js";
import { $, clone, setText, slot } from "./dom.js";
import { send as transfer } from "./tus.js";
import { gettext } from "./words.js";

const AT_ONCE = 2;
// The first answer tells the browser whose work this is; sent before it, others would each belong
// to a newcomer of their own.
let answered = false;

/** Of an upload of which `share` is sent. */
export function sendingLine(share, offline) {
  if (offline) return gettext("Waiting for the connection…");
  return share < 1 ? gettext("Sending, {percent} %", { percent: Math.floor(100 * share) }) : gettext("Looking at it");
}

/** `done(json, isLast)` is called for each that arrived. Gives `add(files)`. */
export function startUploads(list, url, done) {
  const items = [];

  const LINES = {
    waiting: () => gettext("Waiting to be sent"),
    sending: (item) => sendingLine(item.share, item.offline),
    failed: (item) => item.error,
  };

  function render(item) {
    const { row, state, file } = item;
    row.dataset.state = state;
    setText(slot(row, "state"), LINES[state](item));
    const progress = slot(row, "progress");
    progress.hidden = state !== "sending";
    progress.max = 1;
    progress.value = item.share;
    progress.setAttribute("aria-label", gettext("Progress of {name}", file));
    $("[data-action=retry]", row).hidden = state !== "failed" || Boolean(tooLarge(file));
    $("[data-action=retry]", row).setAttribute("aria-label", gettext("Try {name} again", file));
    $("[data-action=cancel]", row).setAttribute("aria-label", state === "failed" ? gettext("Put aside {name}", file) : gettext("Cancel {name}", file));
  }

  function set(item, state, error = "") {
    Object.assign(item, { state, error });
    render(item);
  }

  function remove(item) {
    if (!items.includes(item)) return;
    items.splice(items.indexOf(item), 1);
    URL.revokeObjectURL(item.look);
    item.row.remove();
    list.hidden = items.length === 0;
  }

  async function send(item) {
    Object.assign(item, { share: 0, offline: false });
    set(item, "sending");
    const change = (values) => {
      Object.assign(item, values);
      render(item);
    };
    item.transfer = transfer(item.file, (share) => change({ share }), url, (offline) => change({ offline }));
    try {
      const json = await item.transfer.done;
      answered = true;
      remove(item);
      done(json, items.every((other) => other.state === "failed"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answered ||= error.status > 0;
      if (items.includes(item)) set(item, "failed", error.message);
    }
    pump();
  }

  function pump() {
    const room = (answered ? AT_ONCE : 1) - items.filter((item) => item.state === "sending").length;
    items.filter((item) => item.state === "waiting").slice(0, Math.max(0, room)).forEach(send);
  }

  function begin(file) {
    const item = { file, row: clone("upload-template"), look: URL.createObjectURL(file), share: 0, transfer: null };
    items.push(item);
    const thumb = slot(item.row, "thumb");
    thumb.onload = () => (thumb.hidden = false);
    thumb.src = item.look;
    setText(slot(item.row, "name"), file.name);
    $("[data-action=retry]", item.row).addEventListener("click", () => {
      set(item, "waiting");
      pump();
    });
    $("[data-action=cancel]", item.row).addEventListener("click", () => {
      remove(item);
      item.transfer?.cancel();
      pump();
    });
    list.append(item.row);
    set(item, tooLarge(file) ? "failed" : "waiting", tooLarge(file));
  }

  return {
    add(files) {
      files.forEach(begin);
      list.hidden = items.length === 0;
      pump();
    },
  };
}
