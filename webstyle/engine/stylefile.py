"""A style's file from somebody else: nothing in it is believed before it is looked at.

safetensors holds numbers and text only, no code; still the header, each shape and each number are
checked here, so that a wrong file is refused when it comes and not when somebody paints with it.
"""

from __future__ import annotations

import functools
import struct
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from webstyle.engine.events import EngineError
from webstyle.engine.weights import (
    FORMAT,
    STATISTICS,
    STYLES,
    WeightsFile,
    autoencoder_fingerprint,
    describe,
    read_metadata,
)

MAX_BYTES = 4_000_000
MAX_HEADER = 100_000
MAX_TEXT = 120  # letters of a title, and of an artist
RANKS = 512  # vectors, at most, that describe a Gram matrix


def check(path: Path) -> WeightsFile:
    """What the file says of its style. Raises EngineError, one sentence with the remedy, unless it
    is a style that works with this program's auto-encoder."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise EngineError(
            f"The file has {size / 1e6:.1f} MB, a style has less than {MAX_BYTES // 1_000_000}: "
            "choose the .safetensors file of a style"
        )
    with path.open("rb") as file:
        start = file.read(8)
    if len(start) < 8 or struct.unpack("<Q", start)[0] > MAX_HEADER:
        raise EngineError(
            "The file is not a safetensors file: choose one that was exported as a style"
        )
    try:
        metadata = read_metadata(path)
        if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
            raise EngineError(
                "The file is no style of StyleBank: choose one that was exported as a style"
            )
        found = describe(path, path.stem)
        check_text(found)
        check_tensors(path)
    except EngineError:
        raise
    except (
        SafetensorError, OSError, LookupError, ValueError, TypeError, AttributeError,
        RecursionError,
    ) as error:  # fmt: skip
        raise EngineError("The file is damaged or cut short: export or copy it again") from error
    if metadata.get("autoencoder") != autoencoder_fingerprint():
        raise EngineError(
            "The style was taught with another version of this program's auto-encoder: teach it "
            "anew here"
        )
    return found


def check_text(style: WeightsFile) -> None:
    if not style.title.strip():
        raise EngineError("The style in the file has no title: export it again with one")
    for text in (style.title, style.artist):
        if len(text) > MAX_TEXT or not text.isprintable():
            raise EngineError(
                f"The file's title and artist may have {MAX_TEXT} printable letters each: "
                "export it again with shorter ones"
            )
    if not -10_000 < style.year < 10_000:
        raise EngineError("The file's year is none: export it again with another")


def check_tensors(path: Path) -> None:
    """Names, kinds and shapes as in the styles that come with the program; finite numbers."""
    wanted = layout()
    with safe_open(path, framework="numpy") as file:
        names = set(file.keys())
        if missing := sorted(set(wanted) - names) or sorted(names - set(wanted)):
            raise EngineError(
                f"The file's tensors are not those of a style ('{missing[0][:40]}'): choose one "
                "that was exported as a style"
            )
        for name in sorted(names):
            kind, shape = wanted[name]
            part = file.get_slice(name)
            # The number of vectors of a Gram matrix, the last axis, differs from style to style.
            own, fixed = list(part.get_shape()), len(shape) - name.startswith(STATISTICS)
            fits = own[:fixed] == shape[:fixed] and len(own) == len(shape)
            if part.get_dtype() != kind or not fits or max(own) > RANKS:
                raise EngineError(
                    f"The file's tensor '{name}' is {part.get_dtype()} {own}, a style's is {kind} "
                    f"{shape}: choose one that was exported as a style"
                )
            if not np.isfinite(file.get_tensor(name)).all():
                raise EngineError(
                    f"The file's tensor '{name}' holds numbers that are none: teach the style anew"
                )


@functools.cache
def layout() -> dict[str, tuple[str, list[int]]]:
    """Kind and shape of each tensor, from one of the built-in styles."""
    path = min(STYLES.glob("*.safetensors"))
    with safe_open(path, framework="numpy") as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
        return {name: (part.get_dtype(), list(part.get_shape())) for name, part in slices.items()}
