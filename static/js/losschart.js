// The two losses of an optimisation against time, on a logarithmic scale: lower is closer.

import { $, $$, setText } from "./dom.js";
import { gettext } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const NAMES = ["style", "content"];
const FELL = {
  style: (values) => gettext("style loss fell from {from} to {to}", values),
  content: (values) => gettext("content loss fell from {from} to {to}", values),
};
const ROSE = {
  style: (values) => gettext("style loss rose from {from} to {to}", values),
  content: (values) => gettext("content loss rose from {from} to {to}", values),
};
const DEPTH = 5; // decades at most: a loss that starts at nothing must not flatten the rest
const number = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 2 });

/** The decades that hold all values, as powers of ten. */
function limits(values) {
  const known = values.filter((value) => value > 0).map(Math.log10);
  const high = Math.ceil(Math.max(...known) + 1e-9);
  const low = Math.floor(Math.min(...known));
  return { high, low: Math.min(high - 1, Math.max(low, high - DEPTH)) };
}

function inWords(curve) {
  const [from, to] = [curve[0][1], curve.at(-1)[1]];
  const parts = NAMES.filter((name) => name in to).map((name) => {
    const values = { from: number.format(from[name] ?? 0), to: number.format(to[name]) };
    return to[name] < from[name] ? FELL[name](values) : ROSE[name](values);
  });
  const seconds = Math.round(curve.at(-1)[0]);
  return gettext("After {seconds} seconds: {losses}. Lower is closer.", { seconds, losses: parts.join(gettext(", ")) });
}

export function startLossChart(figure) {
  const svg = $("svg", figure);
  const grid = $("g", svg);

  function drawGrid(low, high) {
    const lines = Array.from({ length: high - low - 1 }, (_, index) => {
      const line = document.createElementNS(SVG, "line");
      const y = (100 * (index + 1)) / (high - low);
      for (const [name, value] of Object.entries({ x1: 0, x2: 100, y1: y, y2: y })) line.setAttribute(name, value);
      return line;
    });
    grid.replaceChildren(...lines);
  }

  function draw(curve) {
    const { low, high } = limits(curve.flatMap(([, losses]) => Object.values(losses)));
    const [begin, end] = [curve[0][0], curve.at(-1)[0]];
    drawGrid(low, high);
    for (const name of NAMES) {
      const points = curve.filter(([, losses]) => losses[name] > 0).map(([seconds, losses]) => {
        const share = (Math.log10(losses[name]) - low) / (high - low);
        return `${((100 * (seconds - begin)) / (end - begin || 1)).toFixed(2)},${(100 - 100 * Math.min(1, Math.max(0, share))).toFixed(2)}`;
      });
      $(`polyline[data-line=${name}]`, svg).setAttribute("points", points.join(" "));
      setText($(`output[data-line=${name}]`, figure), number.format(curve.at(-1)[1][name] ?? 0));
    }
    setText($("[data-slot=seconds]", figure), `${Math.round(end)} s`);
    svg.setAttribute("aria-label", inWords(curve));
  }

  function clear() {
    grid.replaceChildren();
    $$("polyline", svg).forEach((line) => line.setAttribute("points", ""));
    $$("output, [data-slot=seconds]", figure).forEach((part) => setText(part, ""));
    svg.setAttribute("aria-label", gettext("The losses, once there are some"));
  }

  return {
    /** `curve` is a list of [seconds, {style, content}]; the room is kept while it is still empty. */
    show(curve) {
      figure.hidden = false;
      if (curve?.length > 1 && curve.some(([, losses]) => Object.values(losses).some((value) => value > 0))) draw(curve);
      else clear();
    },
    hide: () => (figure.hidden = true),
  };
}
