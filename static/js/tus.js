// A file to the server in pieces (tus 1.0), so that a connection that breaks costs one piece: it
// goes on from there when the connection is back, and after a reload once the file is chosen again.

import { ApiError, failure } from "./api.js";
import { forget, recall, recalled, remember } from "./dom.js";
import { gettext } from "./words.js";

const settings = document.body.dataset;
const KEY = "upload ";
const KEPT = 23 * 3600e3; // ms: the server keeps what is unfinished for a day
const SMALLEST = 64 << 10; // bytes of a piece
const FIRST = 512 << 10;
const LARGEST = 4 << 20;
const QUICK = 2000; // ms for a piece: the next may be larger
const SLOW = 60_000; // ms without an end: the line is dead
const OPENING = 180_000; // ms that the server may take to look at the picture
const PAUSES = [500, 1000, 2000, 5000, 10_000, 20_000]; // ms, and the last again and again
const PASSING = [0, 423, 502, 503, 504]; // statuses that a moment may change; 0 is no answer

const inUse = new Set();

/** What did not end well: `status` 0 where nothing came back. */
class Broken extends Error {
  constructor(status, json) {
    super(`status ${status}`);
    Object.assign(this, { status, json });
  }
}

function tidy() {
  for (const [key, text] of recalled(KEY)) {
    if (!(read(text)?.until > Date.now())) forget(key);
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Until `ms` have passed, the connection is back or `wake` was called. */
function pause(ms) {
  let wake;
  const done = new Promise((resolve) => {
    wake = resolve;
    addEventListener("online", resolve, { once: true });
    setTimeout(resolve, ms);
  }).finally(() => removeEventListener("online", wake));
  return { done, wake };
}

/**
 * Send `file`, and have `url` make something of it. `onProgress` gets 0..1, `onWaiting` whether the
 * connection is waited for. Returns { done: Promise<its JSON>, cancel() }; a cancelled upload
 * rejects with status -1.
 */
export function send(file, onProgress, url, onWaiting = () => {}) {
  const wanted = `${KEY}${url} ${file.name} ${file.size} ${file.lastModified}`;
  const key = inUse.has(wanted) ? null : wanted; // the same file twice is sent twice
  let place = null; // its address on the server
  let offset = 0;
  let piece = FIRST;
  let waiting = null;
  let running = null;
  let over = false;

  const cancelled = () => new ApiError(gettext("Cancelled"), -1);
  const share = (bytes) => onProgress(file.size ? Math.min(1, bytes / file.size) : 1);

  function ask(method, address, headers = {}, body = null, { timeout = SLOW, progress } = {}) {
    return new Promise((resolve, reject) => {
      if (over) return reject(cancelled());
      const request = new XMLHttpRequest();
      running = request;
      request.open(method, address);
      request.timeout = timeout;
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", settings.csrf);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (progress) request.upload.onprogress = (event) => progress(event.loaded);
      request.onabort = () => reject(over ? cancelled() : new Broken(0));
      request.onerror = request.ontimeout = () => reject(new Broken(0));
      request.onload = () => {
        const json = read(request.responseText);
        if (request.status >= 200 && request.status < 300) resolve({ json, header: (name) => request.getResponseHeader(name) });
        else reject(new Broken(request.status, json));
      };
      request.send(body);
    });
  }

  const tus = (method, address, headers, body, options) => ask(method, address, { "Tus-Resumable": "1.0.0", ...headers }, body, options);

  function lose() {
    if (key) forget(key);
    place = null;
    offset = 0;
  }

  async function find() {
    const kept = key && read(recall(key));
    place ??= kept?.until > Date.now() ? kept.place : null;
    if (!place) return;
    try {
      offset = Number((await tus("HEAD", place)).header("Upload-Offset"));
    } catch (error) {
      if (error.status !== 404) throw error;
      lose();
    }
  }

  async function begin() {
    const name = new TextEncoder().encode(file.name.slice(0, 300));
    const metadata = `filename ${btoa(String.fromCharCode(...name))}`;
    const answer = await tus("POST", settings.uploads, { "Upload-Length": file.size, "Upload-Metadata": metadata });
    place = answer.header("Location");
    if (key) remember(key, JSON.stringify({ place, until: Date.now() + KEPT }));
  }

  async function sendPiece() {
    const bytes = await file.slice(offset, offset + piece).arrayBuffer().catch(() => {
      throw new ApiError(gettext("That file can no longer be read. Choose it once more."));
    });
    const began = performance.now();
    const answer = await tus(
      "PATCH",
      place,
      { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" },
      bytes,
      { progress: (loaded) => share(offset + loaded) },
    );
    offset = Number(answer.header("Upload-Offset"));
    share(offset);
    const took = performance.now() - began;
    if (took < QUICK) piece = Math.min(LARGEST, 2 * piece);
    else if (took > 4 * QUICK) piece = Math.max(SMALLEST, piece / 2);
  }

  /** From wherever it is to the end. */
  async function goOn() {
    await find();
    onWaiting(false);
    share(offset);
    if (!place) await begin();
    while (offset < file.size) await sendPiece();
    share(file.size);
    const body = JSON.stringify({ upload: place.split("/").at(-2) });
    return (await ask("POST", url, { "Content-Type": "application/json" }, body, { timeout: OPENING })).json;
  }

  async function patiently() {
    let lost = false;
    for (let tries = 0, before = -1; ; tries += 1) {
      try {
        return await goOn();
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        if (offset > before) tries = 0; // it gets on: then it does not wait longer and longer
        before = offset;
        if (error.status === 404 && place && !lost) {
          lost = true; // expired, or of who we were before: once more from the beginning
          lose();
        } else if (error.status === 409) {
          if (tries > 2) throw failure(error.status, error.json);
        } else if (PASSING.includes(error.status)) {
          piece = Math.max(SMALLEST, piece / 4);
          if (error.status !== 423) onWaiting(true);
          waiting = pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
          await waiting.done;
        } else {
          throw failure(error.status, error.json);
        }
      }
    }
  }

  async function all() {
    tidy();
    if (key) inUse.add(key);
    try {
      const json = await patiently();
      if (key) forget(key);
      return json;
    } catch (error) {
      if (error instanceof ApiError && error.status === 400 && key) forget(key); // never a picture
      throw error;
    } finally {
      over = true;
      onWaiting(false);
      if (key) inUse.delete(key);
    }
  }

  return {
    done: all(),
    cancel() {
      if (over) return;
      over = true;
      running?.abort();
      waiting?.wake();
      if (place) fetch(place, { method: "DELETE", keepalive: true, headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": settings.csrf } }).catch(() => {});
      if (key) forget(key);
    },
  };
}
