"""A device that is not there is refused with those to choose from."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from webstyle.engine.device import pick_device, tune_cpu
from webstyle.engine.events import EngineError


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as torch is asked."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def test_auto_takes_a_device_that_is_there() -> None:
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["abacus", "cuda:", "cuda:one", "cuda:-1", "cpu:7", "cudax", ""])
def test_an_unknown_device_is_refused(name: str, two_gpus: None) -> None:
    with pytest.raises(EngineError, match=f"unknown device '{name}': use auto, cpu or cuda"):
        pick_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_cuda_without_a_gpu_is_refused_with_the_remedy() -> None:
    with pytest.raises(EngineError, match="use --device cpu or auto"):
        pick_device("cuda")


def test_a_gpu_has_its_number_and_is_the_same_one_by_every_name(two_gpus: None) -> None:
    assert str(pick_device("cuda:1")) == "cuda:1"
    assert {str(pick_device(name)) for name in ("auto", "cuda", "cuda:0")} == {"cuda:0"}


def test_a_gpu_too_many_is_refused_with_its_name(two_gpus: None) -> None:
    with pytest.raises(EngineError, match="device 'cuda:2' is not there"):
        pick_device("cuda:2")


@pytest.mark.parametrize("said", ["3", "", "many"])
def test_threads_are_as_many_as_was_said_or_as_there_are_cores(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    cores = len(os.sched_getaffinity(0))

    def found(threads: int) -> int:
        tune_cpu(threads)
        return torch.get_num_threads()

    with ThreadPoolExecutor(1) as one:
        assert one.submit(found, 0).result() == (3 if said == "3" else cores)
        assert one.submit(found, 2).result() == 2
    monkeypatch.undo()
    tune_cpu()
