// What was painted outlives a reload: kept for this tab, and for the address it was begun at.

const WAIT = 400; // ms without a change
const CHUNK = 0x8000; // arguments of one call

function toText(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Gives `recall()`, the state as it was or null, and `keep(state)`; masks are packed. `isGood(state)` looks at what was kept. */
export function startKeeping(photo, isGood) {
  const key = `regions ${photo}`;
  let waiting = null;
  let timer = 0;

  function write() {
    clearTimeout(timer);
    if (!waiting) return;
    const { regions: all, ...rest } = waiting;
    const regions = all.map(({ mask, ...region }) => ({ ...region, runs: mask instanceof Uint32Array, mask: toText(mask) }));
    waiting = null;
    try {
      sessionStorage.setItem(key, JSON.stringify({ ...rest, regions, search: location.search }));
    } catch {
      // Too much, or refused: then the work lasts as long as the page.
    }
  }

  addEventListener("pagehide", write);

  return {
    keep(state) {
      waiting = state;
      clearTimeout(timer);
      timer = setTimeout(write, WAIT);
    },
    recall() {
      try {
        const { search, ...kept } = JSON.parse(sessionStorage.getItem(key));
        if (search !== location.search || !isGood(kept)) return null;
        const regions = kept.regions.map(({ runs, mask, ...region }) => {
          const bytes = toBytes(mask);
          const packed = runs ? new Uint32Array(bytes.buffer) : bytes;
          return Object.freeze({ ...region, mask: packed });
        });
        return Object.freeze({ ...kept, regions });
      } catch {
        return null;
      }
    },
  };
}
