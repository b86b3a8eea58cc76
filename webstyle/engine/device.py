"""Device, number format and threads, decided once."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re

# Fresh memory is dear: a page fault costs microseconds in a virtual machine, and a picture of
# 1024 px asks for 20,000 pages. Huge pages are 512 times fewer. torch reads this only once, before
# its first tensor.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

import torch

from webstyle.engine.events import EngineError

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h; 32 MB is its upper limit


def pick_device(name: str = "auto") -> torch.device:
    """``auto``, ``cpu``, ``cuda`` or ``cuda:1`` to a device that is there.

    A GPU always comes with its number: ``cuda`` and ``cuda:0`` are one device, and what is kept
    for a device is kept once.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if not re.fullmatch(r"cpu|cuda(:\d{1,3})?", name):
        raise EngineError(f"unknown device '{name}': use auto, cpu or cuda")
    if name == "cpu":
        return torch.device(name)
    number = int(name.partition(":")[2] or 0)
    if not torch.cuda.is_available() or number >= torch.cuda.device_count():
        raise EngineError(f"device '{name}' is not there: use --device cpu or auto")
    return torch.device("cuda", number)


def pick_dtype(device: torch.device) -> torch.dtype:
    """To paint in. On a GPU float16, whose pictures differ from those in float32 by one level of
    255 at most; on CPUs with AVX512-BF16 or AMX bfloat16, in half the time of float32."""
    if device.type == "cuda":
        return torch.float16
    return torch.bfloat16 if has_bfloat16() else torch.float32


def pick_wide_dtype(device: torch.device) -> torch.dtype:
    """For sums over whole pictures, and for gradients: float16 has no room for Gram matrices, not
    even at 256 px, bfloat16 has float32's. GPUs before Ampere (compute capability 8) only emulate
    it."""
    if device.type == "cuda":
        ampere = torch.cuda.get_device_capability(device) >= (8, 0)
        return torch.bfloat16 if ampere else torch.float32
    return pick_dtype(device)


def has_bfloat16() -> bool:
    """Whether this CPU computes in it."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def channels_last(module: torch.nn.Module) -> None:
    """In place. With few channels, convolutions in the default layout take three times as long."""
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def tune_cpu(threads: int = 0) -> None:
    """``threads`` for torch in the thread that calls this; if not said, OMP_NUM_THREADS of the
    environment, or as many as this process may use cores: torch counts those of the whole machine.
    And freed memory is kept for the next tensor instead of going back to the kernel: that took a
    fifth of an optimisation's time."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    asked = int(said) if said.isdecimal() else 0
    torch.set_num_threads(threads or asked or len(os.sched_getaffinity(0)))
    with contextlib.suppress(OSError, AttributeError):  # not glibc
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(M_TRIM_THRESHOLD, 512 << 20)
