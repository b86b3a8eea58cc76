// Shares of styles in a mix: from sliders, from a dot between corners, and in whole percents. No page in here.

import { gettext } from "./words.js";

export const MAX_STYLES = 4;

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Numbers of any size as shares that sum to one; nothing at all is shared out evenly. */
export function shared(values) {
  const total = sum(values);
  return values.map((value) => (total > 0 ? value / total : 1 / values.length));
}

/** Whole percents that sum to 100: the largest remainders are rounded up. */
export function percents(shares) {
  const exact = shares.map((share) => 100 * share);
  const whole = exact.map((value) => Math.floor(value + 1e-9));
  const order = exact.map((value, index) => [value - whole[index], index]).sort((a, b) => b[0] - a[0]);
  for (const [, index] of order.slice(0, 100 - sum(whole))) whole[index] += 1;
  return whole;
}

/** One of them gets `share`; the others keep their proportions and give or take what it needs. */
export function withShare(shares, index, share) {
  if (shares.length === 1) return [1];
  const rest = shared(shares.map((value, other) => (other === index ? 0 : value)));
  const even = sum(shares) - shares[index] <= 0;
  return shares.map((_, other) => {
    if (other === index) return share;
    return (1 - share) * (even ? 1 / (shares.length - 1) : rest[other]);
  });
}

function bilinear(count, { x, y }) {
  if (count === 1) return [1];
  if (count === 2) return [1 - x, x];
  const top = [(1 - x) * (1 - y), x * (1 - y)];
  // The third of three has the whole lower edge.
  return count === 3 ? [...top, y] : [...top, (1 - x) * y, x * y];
}

/**
 * The shares at a place of the pad, `x` and `y` from 0 to 1: bilinear between the styles in its corners.
 * Sliders can leave that surface: with four styles there is one more way to go, along which two corners
 * across give to the two others. With `old` shares it is kept, as far as it can be: a small move of the
 * dot is a small change of the picture, wherever the sliders stood.
 */
export function sharesAt(count, place, old = null) {
  const flat = bilinear(count, place);
  if (count < 4 || !old) return flat;
  const twist = old[0] - bilinear(4, placeOf(old))[0];
  const by = Math.max(-Math.min(flat[0], flat[3]), Math.min(twist, flat[1], flat[2]));
  return [flat[0] + by, flat[1] - by, flat[2] - by, flat[3] + by];
}

/** The place of the pad with these shares, or the nearest in meaning: `old` is where the dot was. */
export function placeOf(shares, old = { x: 0.5, y: 0.5 }) {
  const [a, b, c = 0, d = 0] = shares;
  if (shares.length === 1) return { x: 0.5, y: 0.5 };
  if (shares.length === 2) return { x: b, y: 0.5 };
  if (shares.length === 3) return { x: a + b > 1e-6 ? b / (a + b) : old.x, y: c };
  return { x: b + d, y: c + d };
}

/** "60 % Starry Night, 40 % Great Wave" */
export function inWords(titles, whole) {
  return titles.map((title, index) => [whole[index], title]).filter(([value]) => value).map(([value, title]) => `${value} % ${title}`).join(gettext(", "));
}

/**
 * A mix as an address carries it; what is as usual is left out, as the server does it.
 * `styles` are [{slug, weight}], weights whole numbers.
 */
export function toQuery({ styles, strength = 100, keep = false, size = 1024 }) {
  // The weight follows the last colon: the name of a style that was taught has one too.
  const parts = styles.map(({ slug, weight }) => `${encodeURIComponent(slug).replaceAll("%3A", ":")}:${weight}`);
  return [
    `mix=${parts.join(",")}`,
    ...(strength === 100 ? [] : [`strength=${strength}`]),
    ...(keep ? ["keep=1"] : []),
    ...(size === 1024 ? [] : [`size=${size}`]),
  ].join("&");
}
