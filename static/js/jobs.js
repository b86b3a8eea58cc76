// The jobs of this visitor, kept current: a socket, and polling while the socket is down.
// Every message is a whole snapshot numbered by `seq`, so an old one is simply dropped.

import { getJSON, send } from "./api.js";
import { openSocket, patience, REFUSED } from "./sockets.js";
import { gettext } from "./words.js";

const POLL = 2000;
const SETTLED = 5; // steps

const jobs = new Map();
const listeners = new Set();
const before = new Set(); // under way already when the page was opened
let opened = false;
let socketIsOpen = false;
let asleep = false;
let failures = 0;
let pollTimer = 0;

export const isActive = (job) => job.state === "queued" || job.state === "running";
/** Not ended: under way, or waiting for its visitor to go on. */
export const isOpen = (job) => isActive(job) || job.state === "paused";
/** A sheet of many pictures has nothing of the photograph's shape. */
export const isComparable = (job) => job.engine !== "sheet";
export const allJobs = () => [...jobs.values()];
/** A style that is taught: its steps are seconds of learning. */
export const isStyle = (job) => job.kind === "style";

/** Begun on another page, and none that this page was made with. */
export const isFromElsewhere = (job) => before.has(job.id);

/** Call `listener(job)` for every job known now and for every newer snapshot. */
export function onJob(listener) {
  listeners.add(listener);
  jobs.forEach((job) => listener(job));
}

/** Take in a snapshot, wherever it came from; gives back the newest that is known of the job. */
export function addJob(job) {
  const known = jobs.get(job.id);
  if (known && job.seq < known.seq) return known;
  jobs.set(job.id, job);
  listeners.forEach((listener) => listener(job));
  if (asleep) connect();
  poll();
  return job;
}

function addAll(list) {
  list.forEach(addJob);
  const listed = new Set(list.map((job) => job.id));
  // An open job the server no longer lists has ended long ago, or was deleted.
  for (const job of allJobs()) if (isOpen(job) && !listed.has(job.id)) look(job);
}

async function look(job) {
  try {
    addJob(await getJSON(job.api));
  } catch (error) {
    if (error.status === 404) addJob({ ...job, state: "cancelled" });
  }
}

function poll() {
  if (socketIsOpen || pollTimer || !allJobs().some(isActive)) return;
  pollTimer = setTimeout(async () => {
    try {
      addAll((await getJSON(document.body.dataset.jobs)).jobs);
    } catch {
      // Unreachable for now; the next turn asks again.
    }
    pollTimer = 0;
    poll();
  }, POLL);
}

function connect() {
  const socket = openSocket("/ws/jobs/");
  asleep = false;
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "refused") return; // it is closed in a moment, and tried again later
    socketIsOpen = true;
    failures = 0;
    if (message.type === "jobs") {
      if (!opened) for (const job of message.jobs) if (isOpen(job) && !jobs.has(job.id)) before.add(job.id);
      opened = true;
      addAll(message.jobs);
    }
    if (message.type === "job") addJob(message.job);
  };
  socket.onclose = (event) => {
    socketIsOpen = false;
    // So it is while the visitor owns nothing; the first job wakes the socket again.
    asleep = REFUSED.includes(event.code);
    if (asleep) return;
    setTimeout(connect, patience(failures));
    failures += 1;
    poll();
  };
}

/** Begin listening; base.js does it once a page. */
export const startJobs = connect;

/** What a visitor may do with a job now; the names are those of its buttons, and of its addresses in the API. */
export function offers(job) {
  return {
    pause: job.pausable && isActive(job),
    continue: job.state === "paused",
    keep: job.keepable || isAsked(job, "keep"),
    cancel: isOpen(job),
    retry: job.state === "failed" || job.state === "cancelled",
  };
}

/** Whether this was asked for already, and the worker has not yet got to it. */
export const isAsked = (job, verb) => isActive(job) && Boolean(job[`${verb}_requested`]);

/** Do one of these; gives the newest snapshot, or throws ApiError. */
export const act = async (job, verb) => addJob(await send("POST", `${job.api}/${verb}`));

function seconds(eta) {
  if (eta == null) return "";
  if (eta < 1.5) return gettext(", a moment left");
  if (eta < 90) return gettext(", about {seconds}\u00a0s left", { seconds: Math.round(eta) });
  return gettext(", about {minutes}\u00a0min left", { minutes: Math.round(eta / 60) });
}

const clock = (spent) => `${Math.floor(spent / 60)}:${String(Math.floor(spent % 60)).padStart(2, "0")}`;

const doing = (job) => (isStyle(job) ? gettext("Learning") : gettext("Painting"));

function howFar(job) {
  if (isStyle(job)) return gettext("{time} of {all}", { time: clock(job.step), all: clock(job.total) });
  return gettext("step {step} of {total}", { step: Math.max(1, job.step), total: job.total });
}

/** One line about a job, for people. */
export function describe(job) {
  if (isAsked(job, "cancel")) return gettext("Stopping…");
  if (isAsked(job, "keep")) return gettext("Finishing it as it is…");
  if (isAsked(job, "pause")) return gettext("Pausing…");
  if (job.state === "paused") return job.step > 0 ? gettext("Paused at {place}", { place: howFar(job) }) : gettext("Paused");
  if (job.state === "queued") return job.position > 0 ? gettext("Waiting, {position} ahead of it", job) : gettext("Next in line");
  if (job.state === "running") {
    const step = job.total > 1 ? `, ${howFar(job)}` : "";
    // What slow work takes to begin says nothing of its pace.
    const pace = job.pausable && job.step < SETTLED ? "" : seconds(job.eta);
    return `${job.stage || doing(job)}${step}${pace}`;
  }
  if (job.state === "failed") return job.error || (isStyle(job) ? gettext("Something went wrong while learning.") : gettext("Something went wrong while painting."));
  return job.state === "cancelled" ? gettext("Cancelled") : gettext("Finished");
}

/** The same in one or two words, for small cards. */
export function stateWord(job) {
  if (isAsked(job, "cancel")) return gettext("Stopping");
  if (job.state === "queued") return job.position > 0 ? gettext("{position} ahead", job) : gettext("Next in line");
  if (job.state === "running") return job.total > 1 ? `${Math.round((100 * job.step) / job.total)} %` : doing(job);
  return { paused: gettext("Paused"), failed: gettext("Did not work"), cancelled: gettext("Cancelled") }[job.state] || "";
}
