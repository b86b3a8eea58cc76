// Pointers on the picture: one works with the tool, two zoom and pan; a pen keeps the resting palm away.

const NUDGE = 60;
const RUBBER = 5; // the button that the other end of a pen is
const EARLY = 250; // ms in which a second finger takes back what the first one began

/**
 * `view` is a ZoomView; `tool()` gives {down(place, event), move(place, event), up(), cancel(), key(event)} or
 * null while the hand only moves the picture. Places are in shares of the picture's sides.
 */
export function startHands(stage, view, tool) {
  const pointers = new Map();
  let working = null; // the tool that is down, with its pointer
  let pen = null;
  let space = false;
  let pinch = null;
  let since = 0;

  const grip = () => {
    const [a, b] = [...pointers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.hypot(a.x - b.x, a.y - b.y) };
  };

  function down(event) {
    const isTouch = event.pointerType === "touch";
    if (isTouch && pen !== null) return;
    if (![0, 1, RUBBER].includes(event.button)) return;
    event.preventDefault();
    stage.focus({ preventScroll: true, focusVisible: false });
    stage.setPointerCapture(event.pointerId);
    if (event.pointerType === "pen") {
      pen = event.pointerId;
      pointers.clear();
    }
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 2) {
      // What a first finger began in the moment before the second came was not meant.
      if (working) working.tool[event.timeStamp - since < EARLY ? "cancel" : "up"]();
      working = null;
      pinch = grip();
      return;
    }
    if (pointers.size > 2) return;
    since = event.timeStamp;
    const chosen = event.button === 1 || space ? null : tool();
    if (!chosen) return stage.classList.add("panning");
    working = { tool: chosen, id: event.pointerId };
    chosen.down(view.placeOf(event), event);
  }

  function move(event) {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const by = { x: event.clientX - from.x, y: event.clientY - from.y };
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pinch && pointers.size >= 2) {
      const now = grip();
      view.move(now.x - pinch.x, now.y - pinch.y);
      if (pinch.spread && now.spread) view.zoomBy(now.spread / pinch.spread, now);
      pinch = now;
    } else if (working?.id === event.pointerId) {
      const all = event.getCoalescedEvents?.() || [];
      for (const one of all.length ? all : [event]) working.tool.move(view.placeOf(one), one);
    } else if (!pinch) view.move(by.x, by.y);
  }

  function up(event) {
    if (event.pointerId === pen) pen = null;
    if (!pointers.delete(event.pointerId)) return;
    if (working?.id === event.pointerId) {
      working.tool[event.type === "pointercancel" ? "cancel" : "up"]();
      working = null;
    }
    if (pointers.size) return;
    pinch = null;
    stage.classList.remove("panning");
  }

  stage.addEventListener("pointerdown", down);
  stage.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, up);
  stage.addEventListener("contextmenu", (event) => pointers.size && event.preventDefault());
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY / 200), { x: event.clientX, y: event.clientY });
  }, { passive: false });

  const acts = {
    "+": () => view.in(), "=": () => view.in(), "-": () => view.out(), 0: () => view.setZoom(null), 1: () => view.setZoom(1),
    ArrowLeft: () => view.move(NUDGE, 0), ArrowRight: () => view.move(-NUDGE, 0),
    ArrowUp: () => view.move(0, NUDGE), ArrowDown: () => view.move(0, -NUDGE),
    " ": () => (space = true),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = tool()?.key?.(event) ? () => {} : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  stage.addEventListener("keyup", (event) => event.key === " " && (space = false));
  stage.addEventListener("blur", () => (space = false));
}
