// Wishes go out, pictures come back. Only the newest wish counts: the server leaves out what was overtaken.

import { openSocket, patience, REFUSED } from "./sockets.js";

const NUMBER = 4; // bytes before the JPEG

/**
 * `onPicture(n, blob)`; `onError(sentence)` for a wish that came to nothing; `onState(state, ms)` with
 * "open", "lost" (it is tried again in `ms`) or "refused" (it is not).
 */
export function startMixSocket(path, { onPicture, onError, onState }) {
  let socket = null;
  let ready = false;
  let failures = 0;
  let timer = 0;
  let n = 0;
  let wish = null;
  let spoilt = false; // the newest wish came to nothing: it may be asked for again

  function send() {
    if (ready && wish) socket.send(JSON.stringify({ n, ...wish }));
  }

  function hear(event) {
    if (event.data instanceof ArrayBuffer) {
      const number = new DataView(event.data).getUint32(0);
      onPicture(number, new Blob([new Uint8Array(event.data, NUMBER)], { type: "image/jpeg" }));
      return;
    }
    const message = JSON.parse(event.data);
    if (message.type === "ready") {
      ready = true;
      failures = 0;
      onState("open");
      send();
    } else if (message.error && (message.n ?? n) >= n) {
      spoilt = true;
      onError(message.error);
    }
  }

  function connect() {
    clearTimeout(timer);
    timer = 0;
    socket = openSocket(path);
    socket.binaryType = "arraybuffer";
    socket.onmessage = hear;
    socket.onclose = (event) => {
      ready = false;
      if (REFUSED.includes(event.code)) return onState("refused");
      const wait = patience(failures);
      failures += 1;
      timer = setTimeout(connect, wait);
      onState("lost", wait);
    };
  }

  // Back on the net, or back on this page: no need to sit the wait out.
  const hurry = () => timer && !document.hidden && connect();
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  connect();

  return {
    /** The number under which the answer comes. What equals the last wish is not asked for again. */
    ask(next) {
      if (!spoilt && JSON.stringify(next) === JSON.stringify(wish)) return n;
      wish = next;
      spoilt = false;
      n += 1;
      send();
      return n;
    },
  };
}
