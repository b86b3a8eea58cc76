// A WebSocket to this site, and how patiently a lost one is tried again.

const BACKOFF = [1000, 2000, 4000, 8000, 15000];

/** The server closes with these when there is nothing here for this visitor. */
export const REFUSED = [4401, 4404];

/** In the language of this page: a browser may keep to itself what it wants when it opens a socket. */
export function openSocket(path) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}${path}?language=${document.documentElement.lang}`);
}

/** How long to wait after so many failures in a row, in ms. */
export const patience = (failures) => BACKOFF[Math.min(failures, BACKOFF.length - 1)];
