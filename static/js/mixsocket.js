// Wishes go out, pictures come back. Only the newest wish counts: the server leaves out what was overtaken.

import { openSocket, patience, REFUSED } from "./sockets.js";

const NUMBER = 4; // bytes before the JPEG
const UNDER_WAY = 2; // wishes without an answer: more would pile up as pictures in a slow connection

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
  let heard = 0; // the newest number that has its answer
  let wish = null;
  let spoilt = false; // the newest wish came to nothing: it may be asked for again
  let sent = []; // the numbers of those without an answer

  function send() {
    if (!ready || !wish || n <= heard || sent.length >= UNDER_WAY || sent.includes(n)) return;
    sent.push(n);
    socket.send(JSON.stringify({ n, ...wish }));
  }

  function answered(number) {
    heard = Math.max(heard, number);
    sent = sent.filter((other) => other > number);
    send();
  }

  function hear(event) {
    if (event.data instanceof ArrayBuffer) {
      const number = new DataView(event.data).getUint32(0);
      onPicture(number, new Blob([new Uint8Array(event.data, NUMBER)], { type: "image/jpeg" }));
      answered(number);
      return;
    }
    const message = JSON.parse(event.data);
    if (message.type === "ready") {
      ready = true;
      failures = 0;
      sent = [];
      onState("open");
      send();
    } else if (message.error) {
      const number = message.n ?? n;
      if (number >= n) {
        spoilt = true;
        onError(message.error);
      }
      answered(number);
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
