"""Lanes share the cores: who waits for an answer goes first."""

from __future__ import annotations

import os
import threading

import pytest
import torch

from gallery.worker import NICENESS, thread_of
from webstyle.engine.device import tune_cpu


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.parametrize("lane", NICENESS)
def test_a_lane_steps_back_for_those_that_are_waited_for(lane: str) -> None:
    with thread_of(lane) as thread:
        found = thread.submit(niceness).result()
    assert found == max(NICENESS[lane], niceness())
    assert NICENESS["mix"] < NICENESS["fast"] < NICENESS["slow"]


def test_mixtures_take_one_core_and_leave_the_other_lanes_theirs() -> None:
    cores = len(os.sched_getaffinity(0))
    threads = torch.get_num_threads
    try:
        with thread_of("slow") as slow, thread_of("mix") as mix, thread_of("fast") as fast:
            found = [lane.submit(threads).result() for lane in (slow, mix, fast, slow, mix)]
    finally:
        tune_cpu()
    assert found == [cores, 1, cores, cores, 1]
