// Talking to the server: JSON with the CSRF token, and uploads that report how far they are.

import { gettext } from "./words.js";

const settings = document.body.dataset;
const OFFLINE = gettext("The server cannot be reached. Check the connection and try again.");

export class ApiError extends Error {
  constructor(message, status = 0, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

function sentenceFor(status) {
  if (status === 403) return gettext("The page was open for too long. Load it again and try once more.");
  if (status === 404) return gettext("It is no longer there.");
  if (status === 413) return gettext("That file is too large. The limit is {limit}.", { limit: settings.maxUploadLabel });
  if (status === 429) return gettext("That is a lot at once. Wait for one to finish, then try again.");
  return gettext("The server could not do that. Try again in a moment.");
}

/** What Daphne says before Django sees a request is English; what Django says is not looked for. */
const said = (error) => (error === "The file is too large: make it smaller." ? gettext("The file is too large: make it smaller.") : error);

/** What to say to an answer that is none. */
export const failure = (status, json) => new ApiError(said(json?.error) || sentenceFor(status), status);

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, headers: { Accept: "application/json", ...options.headers } });
  } catch {
    throw new ApiError(OFFLINE);
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const fields = body.fields || {};
  const detail = Object.values(fields).flat().join(" ");
  throw new ApiError(said(body.error) || detail || sentenceFor(response.status), response.status, fields);
}

export const getJSON = (url) => ask(url, {});

/** To the API: `send("PATCH", painting.api, { title })` gives the JSON reply or throws ApiError. */
export function send(method, url, body) {
  const headers = { "X-CSRFToken": settings.csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return ask(url, { method, headers, body: body && JSON.stringify(body) });
}

/** POST a FormData or a plain object of fields to a page; gives the JSON reply or throws ApiError. */
export function post(url, fields = {}) {
  const body = fields instanceof FormData ? fields : new FormData();
  if (body !== fields) for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return ask(url, { method: "POST", body, headers: { "X-CSRFToken": settings.csrf } });
}

/** Why `file` cannot be sent, or "" when it can. */
export function tooLarge(file) {
  if (file.size <= (Number(settings.maxUpload) || Infinity)) return "";
  const megabytes = (file.size / 1e6).toFixed(file.size < 1e7 ? 1 : 0);
  return gettext("{megabytes} MB is more than the limit of {limit}. Save a smaller copy and take that one.", { megabytes, limit: settings.maxUploadLabel });
}

/**
 * Send one small picture as a raw body to `url`; a visitor's own goes through tus.js. `onProgress`
 * gets 0..1. Returns { done: Promise<its JSON>, cancel() }; a cancelled upload rejects with status -1.
 */
export function upload(file, onProgress, url) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", settings.csrf);
    request.setRequestHeader("X-Filename", encodeURIComponent(file.name));
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onabort = () => reject(new ApiError(gettext("Cancelled"), -1));
    request.onerror = () => reject(new ApiError(OFFLINE));
    request.onload = () => {
      if (request.status === 201) resolve(request.response);
      else reject(failure(request.status, request.response));
    };
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}
