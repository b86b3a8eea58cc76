// Superpixels: the photograph in pieces, to take one by one, by pointer or by keyboard.

import { askPieces } from "./maskfiles.js";
import { around } from "./masks.js";
import { gettext } from "./words.js";

const LIGHT = 0xb0ffffff; // ABGR
const DARK = 0x60000000;
const THICK = 2; // px of the outline round the piece the keyboard is at
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The labels of a picture of another size, spread over `size` by the nearest. */
function spread({ labels, width, height }, size) {
  const wide = new Uint16Array(size.width * size.height);
  const columns = Uint32Array.from({ length: size.width }, (_, x) => Math.floor(((x + 0.5) * width) / size.width));
  for (let y = 0, at = 0; y < size.height; y += 1) {
    const row = Math.floor(((y + 0.5) * height) / size.height) * width;
    for (let x = 0; x < size.width; x += 1, at += 1) wide[at] = labels[row + columns[x]];
  }
  return wide;
}

/** Each piece's middle and box, by its label. */
function measure(labels, { width, height }) {
  const pieces = new Map();
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      let piece = pieces.get(labels[at]);
      if (!piece) pieces.set(labels[at], (piece = { label: labels[at], x: 0, y: 0, count: 0, rect: { left: x, top: y, right: x + 1, bottom: y + 1 } }));
      piece.x += x;
      piece.y += y;
      piece.count += 1;
      const { rect } = piece;
      if (x < rect.left) rect.left = x;
      if (x >= rect.right) rect.right = x + 1;
      rect.bottom = y + 1;
    }
  }
  for (const piece of pieces.values()) {
    piece.x /= piece.count;
    piece.y /= piece.count;
  }
  return pieces;
}

/** `board` as the brush has it; `layers` are {lines, cursor}, two canvases of its size; `say(sentence)` is read aloud. */
export function startPieces(board, layers, { url, say }) {
  const { width, height } = board.size;
  const known = new Map(); // count -> {labels, pieces}
  let wanted = 0;
  let now = null;
  let cursor = null; // the piece the keyboard is at
  let way = null; // what a drag does: take, or give back

  const isTaken = (piece) => {
    const data = board.data();
    let sum = 0;
    each(piece, (at) => (sum += data[at]));
    return sum > 127 * piece.count;
  };

  function each({ label, rect }, act) {
    for (let y = rect.top; y < rect.bottom; y += 1) {
      for (let at = y * width + rect.left; at < y * width + rect.right; at += 1) if (now.labels[at] === label) act(at);
    }
  }

  function take(piece, yes) {
    const data = board.data();
    each(piece, (at) => (data[at] = yes ? 255 : 0));
    board.touch(piece.rect);
  }

  function drawLines() {
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const { labels } = now;
    for (let y = 1, at = width; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, at += 1) {
        if (labels[at] === labels[at - width] && (x === 0 || labels[at] === labels[at - 1])) continue;
        pixels[at] = LIGHT;
        if (x + 1 < width && y + 1 < height && !pixels[at + width + 1]) pixels[at + width + 1] = DARK;
      }
    }
    layers.lines.getContext("2d").putImageData(image, 0, 0);
  }

  function drawCursor() {
    const context = layers.cursor.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (!cursor) return;
    const isEdge = (at, by) => {
      const x = (at % width) + by[0];
      const y = Math.floor(at / width) + by[1];
      return x < 0 || y < 0 || x >= width || y >= height || now.labels[y * width + x] !== cursor.label;
    };
    const steps = (length) => [[length, 0], [-length, 0], [0, length], [0, -length]];
    each(cursor, (at) => {
      const nearest = [THICK, 2 * THICK].find((length) => steps(length).some((by) => isEdge(at, by)));
      if (!nearest) return;
      context.fillStyle = nearest === THICK ? "#fff" : "#141210";
      context.fillRect(at % width, Math.floor(at / width), 1, 1);
    });
  }

  const pieceAt = (place) => {
    const x = Math.floor(place.x * width);
    const y = Math.floor(place.y * height);
    return x >= 0 && y >= 0 && x < width && y < height ? now.pieces.get(now.labels[y * width + x]) : null;
  };

  /** The nearest that lies more along the arrow than aside of it. */
  function next([dx, dy]) {
    let best = null;
    let least = Infinity;
    for (const piece of now.pieces.values()) {
      const along = (piece.x - cursor.x) * dx + (piece.y - cursor.y) * dy;
      const aside = Math.abs((piece.x - cursor.x) * dy) + Math.abs((piece.y - cursor.y) * dx);
      if (piece === cursor || along <= 0 || aside > along) continue;
      const far = along + 2 * aside;
      if (far < least) [best, least] = [piece, far];
    }
    return best;
  }

  const where = ({ x, y }) => gettext("{x} across, {y} down", { x: `${Math.round((100 * x) / width)} %`, y: `${Math.round((100 * y) / height)} %` });
  const tell = (piece) => say(gettext("{taken}, {place}", { taken: isTaken(piece) ? gettext("Taken") : gettext("Not taken"), place: where(piece) }));

  return {
    down(place) {
      const piece = now && pieceAt(place);
      if (!piece) return;
      way = { take: !isTaken(piece), rect: null };
      this.move(place);
    },
    move(place) {
      const piece = way && pieceAt(place);
      if (!piece || isTaken(piece) === way.take) return;
      take(piece, way.take);
      way.rect = around(way.rect, piece.rect);
    },
    up() {
      if (way?.rect) board.done();
      way = null;
    },
    cancel() {
      if (way?.rect) board.revert();
      way = null;
    },
    key(event) {
      const arrow = ARROWS[event.key];
      if (!now || !(arrow || event.key === " ")) return false;
      if (!cursor) cursor = pieceAt({ x: 0.5, y: 0.5 });
      else if (arrow) cursor = next(arrow) || cursor;
      drawCursor();
      if (event.key === " " && !event.repeat) {
        take(cursor, !isTaken(cursor));
        board.done("piece");
      }
      tell(cursor);
      return true;
    },
    /** Show about so many pieces; gives how many there are, or 0 if others were asked for since. May throw an ApiError. */
    async show(count) {
      wanted = count;
      if (now !== known.get(count)) {
        now = cursor = way = null;
        for (const canvas of [layers.lines, layers.cursor]) canvas.getContext("2d").clearRect(0, 0, width, height);
      }
      if (!known.has(count)) {
        const labels = spread(await askPieces(url, count), board.size);
        known.set(count, { labels, pieces: measure(labels, board.size) });
      }
      if (wanted !== count) return 0;
      if (!now) {
        now = known.get(count);
        drawLines();
      }
      return now.pieces.size;
    },
  };
}
