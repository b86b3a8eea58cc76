"""An invisible mark in the pixels that names a picture, and is found again without the original.

Spread spectrum (Cox, Kilian, Leighton, Shamoon, *Secure Spread Spectrum Watermarking for
Multimedia*, IEEE Trans. Image Processing 6(12), 1997) in the discrete cosine transform of the
luminance, which is first brought to ``SIDE`` x ``SIDE`` px: the mark lies relative to the picture's
sides, so that a resize is undone by looking. Departures from the paper:

- Blind: the receiver knows no original. Each coefficient is divided by the size of its neighbours
  and clipped, so that no strong edge of the picture drowns the rest.
- Each byte of the message chooses one of 256 sequences of signs, all spread over all of the band
  (M-ary orthogonal signalling: Proakis, *Digital Communications*, 4.4): the rows of a Hadamard
  matrix, scrambled, so that all are tried at once by a fast transform. A checksum of 24 bits and a
  least score keep pictures that carry no mark apart from those that do.
- Perceptual shaping in the pixels (Podilchuk and Zeng, IEEE J. Selected Areas in Communications
  16(4), 1998): little in flat places, more where the brush was rough.
- Informed embedding (Miller, Doerr, Cox, IEEE Trans. Image Processing 13(6), 2004): the mark is
  rehearsed on a smaller JPEG of the picture, and made stronger only as far as that asks for.

The sequences are no secret: whoever has this program can write a mark, or take one out. It is a
hint that outlives metadata, and no proof; the signature is in credentials.py.
"""

from __future__ import annotations

import functools
import hashlib
import heapq
import io
from collections.abc import Iterator

import numpy as np
import scipy  # its parts are loaded when they are first used: most processes never do
from numpy.typing import NDArray
from PIL import Image

PAYLOAD = 6  # bytes of a message
CHECK = 3  # bytes of its checksum
ALPHABET = 256  # values of a byte
SIDE = 384  # px, of the luminance that is looked at
LOW, HIGH = 10, 190  # the band: distance from the mean, in half-waves across the picture
CUTS = (64, 110, HIGH)  # a small or much compressed picture keeps the lower part of it
LIMIT = 2.0  # of a coefficient, in sizes of its neighbours
# The sum over all bytes of the best sequence's z-score. Of 700 photographs without a mark, in all
# eight positions, the best had a mean of 27.9, a standard deviation of 0.7, and once it was 30.2.
# What gets above it still needs its checksum: of TRIES messages one fits by chance in 40,000 times.
LEAST = 30.5
TRIES = 400  # messages, in order of their score, of which one may fit its checksum
RUNNERS_UP = 6  # for each byte

ROUNDS = 3  # of the rehearsal
SMALLEST = 128  # px on the long side: a smaller picture cannot hold it, and is left as it is
THINNEST = 8  # px on the short side
HALVED = 256  # px on the long side, from which on it is to survive being halved
REHEARSED = 320  # px on the long side at most, in the rehearsal
TARGET = 5.5  # the z-score of each byte, after the rehearsal
GAIN = (0.2, 8.0)  # how far the rehearsal may change the strength
SOFT = 0.4  # of the highest frequency that the picture holds: from here on the mark gets weaker
FLAT, ROUGH, MOST = 0.3, 0.15, 4.0  # levels: in a flat place, for each of local contrast, at most
NEAR = 7  # px of the SIDE, across which contrast is local
STRIP = 256  # rows that are marked at a time: large pictures take no more memory than they are

Floats = NDArray[np.float32]


def mark(picture: Image.Image, payload: bytes) -> Image.Image:
    """A copy of an "RGB" picture that carries ``payload``, ``PAYLOAD`` bytes; of less than
    ``SMALLEST`` or ``THINNEST`` px it is only a copy."""
    if len(payload) != PAYLOAD:
        raise ValueError(f"a payload has {PAYLOAD} bytes, not {len(payload)}")
    if not holds_one(picture.size):
        return picture.copy()
    chosen = layout().sequences(message(payload))
    shape, room = weights(picture.size), allowed(luminance(picture))
    part = min(0.5 if max(picture.size) >= HALVED else 1.0, REHEARSED / max(picture.size))
    size = max(1, round(picture.width * part)), max(1, round(picture.height * part))
    small = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.5)
    gains = np.ones(len(chosen), np.float32)
    unit = 1.0
    for round_ in range(ROUNDS):
        plane = np.zeros(SIDE * SIDE, np.float32)
        plane[layout().places] = chosen * gains[:, None]
        waves = scipy.fft.idctn(plane.reshape(SIDE, SIDE) * shape, norm="ortho")
        if round_ == 0:
            unit = 1 / float(np.sqrt((waves**2).mean()))
        pattern = Image.fromarray((waves * unit * room).astype(np.float32))
        if round_ < ROUNDS - 1:
            scores = scores_of(compressed(added(small, pattern)), chosen)
            gains = (gains * (TARGET / np.maximum(scores, 1)).clip(0.5, 3)).clip(*GAIN)
    return added(picture, pattern)


def holds_one(size: tuple[int, int]) -> bool:
    return max(size) >= SMALLEST and min(size) >= THINNEST


def find(picture: Image.Image) -> bytes | None:
    """The payload; also of a picture that was turned by a right angle or mirrored."""
    seen = received(picture.convert("RGB"))
    mirror = (-1.0) ** np.arange(SIDE, dtype=np.float32)  # of every second wave the sign
    values = np.stack([
        (turned * down * across).ravel()[layout().places]
        for turned in (seen, seen.T)
        for down in (np.ones_like(mirror)[:, None], mirror[:, None])
        for across in (np.ones_like(mirror), mirror)
    ])  # fmt: skip
    for cut in layout().cuts:
        size = np.sqrt((values[..., :cut] ** 2).sum(-1, keepdims=True) + 1e-9)
        for scores in layout().correlations(values[..., :cut]) / size:
            for found in likely(scores):
                if found == message(found[:PAYLOAD]):
                    return found[:PAYLOAD]
    return None


class Layout:
    """``places``: for each byte of a message the coefficients that are its own, lowest first.
    ``scramble``: for each a sign. ``cuts``: how many of them each of ``CUTS`` keeps."""

    def __init__(self) -> None:
        down, across = np.mgrid[0:SIDE, 0:SIDE]
        radius = np.hypot(down, across)
        # Without the edges, where the picture's own lines are.
        band = (radius >= LOW) & (radius < HIGH) & (down > 0) & (across > 0)
        found = np.flatnonzero(band)
        found = found[np.argsort(radius.ravel()[found], kind="stable")]
        bytes_ = PAYLOAD + CHECK
        rings = found[: len(found) // bytes_ * bytes_].reshape(-1, bytes_)
        chance = np.random.Generator(np.random.PCG64(1997))
        self.places = chance.permuted(rings, axis=1).T.copy()
        self.scramble = chance.choice(np.array([-1, 1], np.float32), self.places.shape)
        self.cuts = [int((radius.ravel()[rings[:, 0]] < cut).sum()) for cut in CUTS]

    def sequences(self, chosen: bytes) -> Floats:
        """The signs of the coefficients of each byte."""
        turn = np.arange(self.places.shape[1]) % ALPHABET
        rows = scipy.linalg.hadamard(ALPHABET, np.float32)[list(chosen)]
        signs: Floats = rows[:, turn] * self.scramble
        return signs

    def correlations(self, values: Floats) -> Floats:
        """Of what was received (... x bytes x coefficients) with each of the 256 sequences."""
        plain = values * self.scramble[:, : values.shape[-1]]
        spare = -plain.shape[-1] % ALPHABET
        padded = np.pad(plain, [(0, 0)] * (plain.ndim - 1) + [(0, spare)])
        sums = padded.reshape(*plain.shape[:-1], -1, ALPHABET).sum(-2)
        step = 1
        while step < ALPHABET:  # the fast Walsh-Hadamard transform
            pairs = sums.reshape(*sums.shape[:-1], -1, 2, step)
            first, second = pairs[..., 0, :], pairs[..., 1, :]
            sums = np.stack([first + second, first - second], -2).reshape(sums.shape)
            step *= 2
        return sums


@functools.cache
def layout() -> Layout:
    return Layout()


def message(payload: bytes) -> bytes:
    check = hashlib.blake2b(payload, digest_size=CHECK, person=b"webstyle mark").digest()
    return payload + check


def luminance(picture: Image.Image) -> Floats:
    """Of ``SIDE`` x ``SIDE`` px, not rounded."""
    across, down = (max(1, int(side / SIDE / 1.3)) for side in picture.size)  # what costs nothing
    grey = picture.reduce((across, down)).convert("F")
    return np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def received(picture: Image.Image) -> Floats:
    """The coefficients, each in sizes of its neighbours. What is empty stays small."""
    waves = scipy.fft.dctn(luminance(picture), norm="ortho")
    size = np.sqrt(scipy.ndimage.uniform_filter(waves**2, 9, mode="reflect") + 1)
    return np.clip(waves / size, -LIMIT, LIMIT).astype(np.float32)


@functools.lru_cache(8)  # pictures of one site are of few sizes
def weights(size: tuple[int, int]) -> Floats:
    """Of the coefficients, for a picture of ``size``: what survives being halved counts most."""
    down, across = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    frequency = np.hypot(across / size[0], down / size[1])  # 1: the highest that there is
    return np.where(frequency < 0.9, np.exp(-((frequency / SOFT) ** 3)), 0).astype(np.float32)


def allowed(grey: Floats) -> Floats:
    """How strong the mark may be in each place, in levels. Beside an edge the flat side counts."""
    square = scipy.ndimage.uniform_filter((grey - scipy.ndimage.uniform_filter(grey, 5)) ** 2, NEAR)
    contrast = np.sqrt(np.maximum(square, 0))  # of a running sum: it may be a hair below
    contrast = np.minimum(contrast, 1.5 * scipy.ndimage.uniform_filter(contrast, NEAR))
    return np.clip(FLAT + ROUGH * contrast, FLAT, MOST)


def added(picture: Image.Image, pattern: Image.Image) -> Image.Image:
    out = picture.copy()
    width, height = picture.size
    for top in range(0, height, STRIP):
        bottom = min(height, top + STRIP)
        box = (0, top * SIDE / height, SIDE, bottom * SIDE / height)
        strip = pattern.resize((width, bottom - top), Image.Resampling.BICUBIC, box=box)
        levels = np.rint(np.asarray(strip)).astype(np.int16)[..., None]
        pixels = np.asarray(picture.crop((0, top, width, bottom))) + levels
        out.paste(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), (0, top))
    return out


def compressed(picture: Image.Image) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=75)
    return Image.open(out)


def scores_of(picture: Image.Image, chosen: Floats) -> Floats:
    """The z-score of each byte that was ``chosen``, in the part of the band that shows it best."""
    seen = received(picture).ravel()[layout().places]
    scores = [z_scores(seen[:, :cut], chosen[:, :cut]) for cut in layout().cuts]
    return max(scores, key=lambda found: float(found.sum()))


def z_scores(seen: Floats, chosen: Floats) -> Floats:
    scores: Floats = (seen * chosen).sum(1) / np.sqrt((seen**2).sum(1) + 1e-9)
    return scores


def likely(scores: Floats) -> Iterator[bytes]:
    """Messages in order of their score (``scores``: bytes x 256), while it is high enough."""
    best = np.argsort(-scores, axis=1)[:, :RUNNERS_UP]
    ranked = np.take_along_axis(scores, best, 1)
    first = (0,) * len(scores)
    waiting, known = [(-float(ranked[:, 0].sum()), first)], {first}
    for _ in range(TRIES):
        score, ranks = heapq.heappop(waiting)
        if -score < LEAST:
            return
        yield bytes(int(best[place, rank]) for place, rank in enumerate(ranks))
        for place, rank in enumerate(ranks):
            after = (*ranks[:place], rank + 1, *ranks[place + 1 :])
            if rank + 1 < RUNNERS_UP and after not in known:
                known.add(after)
                loss = float(ranked[place, rank] - ranked[place, rank + 1])
                heapq.heappush(waiting, (score + loss, after))
