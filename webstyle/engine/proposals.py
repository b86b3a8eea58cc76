"""Regions that the machine proposes: a subject in a box, and superpixels to put together."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image
from skimage.segmentation import slic

from webstyle.engine.events import EngineError
from webstyle.engine.images import shrink

SIDE = 512  # px on the long side of every proposal
COARSE = 256  # px on the long side, where a subject is looked for: at SIDE it would take seconds
ROUNDS = 4
BAND = 9  # px at SIDE, in which the subject's edge is looked for anew
SPECKS = 5  # px; what is smaller is no part of a subject and no hole in it
COUNTS = (20, 2000)  # superpixels, fewest and most
COMPACTNESS = 10.0  # how much a superpixel is a square, and how little it follows edges

Box = tuple[float, float, float, float]


def subject(photo: Image.Image, box: Box) -> Image.Image:
    """White where the subject in ``box`` is, "L", at most 512 px on the long side.

    ``box`` is left, top, width and height as fractions of the photo. GrabCut (Rother et al. 2004):
    a mixture of colours each for inside and outside, and the cheapest cut between them; coarse
    first and then along the edge alone (Lombaert et al. 2005). The same photo and box give the
    same mask.
    """
    small, picture = shrink(photo, COARSE), shrink(photo, SIDE)
    labels = np.zeros(small.size[::-1], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(
        pixels(small), labels, inside(box, small.size), *models, ROUNDS, cv2.GC_INIT_WITH_RECT
    )
    found = np.asarray(Image.fromarray(white(labels)).resize(picture.size)) > 127
    around = np.ones((BAND, BAND), np.uint8)
    core, reach = (f(found.astype(np.uint8), around) > 0 for f in (cv2.erode, cv2.dilate))
    labels = np.where(found, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[core], labels[~reach] = cv2.GC_FGD, cv2.GC_BGD
    cv2.grabCut(pixels(picture), labels, (0, 0, 0, 0), *models, 1, cv2.GC_EVAL)
    mask = cv2.medianBlur(white(labels), SPECKS)
    if not mask.any():
        raise EngineError("nothing stands out in this box: draw another, or use the brush")
    return Image.fromarray(mask)


def inside(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box in px: left, top, width, height. What is outside is no subject: there has to be
    some, so a border of one px always is."""
    left, top, width, height = box
    if not (0 <= left < 1 and 0 <= top < 1 and 0 < width <= 1 and 0 < height <= 1):
        raise EngineError(f"box {words(box)} is not on the photo: use fractions from 0 to 1")
    x, y = max(1, round(left * size[0])), max(1, round(top * size[1]))
    right = min(size[0] - 1, round((left + width) * size[0]))
    bottom = min(size[1] - 1, round((top + height) * size[1]))
    if min(right - x, bottom - y) < SPECKS:
        raise EngineError(f"box {words(box)} is too small: draw it around a subject")
    return x, y, right - x, bottom - y


def words(box: Box) -> str:
    return ",".join(f"{side:g}" for side in box)


def pixels(picture: Image.Image) -> np.ndarray:
    """As OpenCV has them."""
    return cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR)


def white(labels: np.ndarray) -> np.ndarray:
    """255 where GrabCut says subject, surely or probably."""
    return np.where(np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)), 255, 0).astype(np.uint8)


def superpixels(photo: Image.Image, count: int) -> Image.Image:
    """About ``count`` patches of like colour as labels, "RGB", at most 512 px on the long side.

    A label is red plus 256 times green, from 0 up. SLIC (Achanta et al. 2012).
    """
    if not COUNTS[0] <= count <= COUNTS[1]:
        raise EngineError(f"count {count} is out of range: use {COUNTS[0]} to {COUNTS[1]}")
    seen = np.asarray(shrink(photo, SIDE))
    labels = slic(seen, count, COMPACTNESS, sigma=1, start_label=0)
    low, high = labels % 256, labels // 256
    return Image.fromarray(np.stack([low, high, np.zeros_like(low)], 2).astype(np.uint8))
