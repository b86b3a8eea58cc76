"""Lanes share the cores: who waits for an answer goes first, and waits for no other lane."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

import pytest
import torch
from asgiref.sync import sync_to_async
from django.test import Client

from gallery.models import Photo, Rendering
from gallery.worker import NICENESS, Worker, thread_of
from tests import cast
from tests.gallery.test_mix_socket import ask, connected, picture
from tests.pencil import Pencil, recipe
from webstyle.asgi import application
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
    threads = torch.get_num_threads
    usual = threads()
    try:
        with thread_of("slow") as slow, thread_of("mix") as mix, thread_of("fast") as fast:
            found = [lane.submit(threads).result() for lane in (slow, mix, fast, slow, mix)]
    finally:
        tune_cpu()
    assert found == [usual, 1, usual, usual, 1]


@pytest.mark.django_db(transaction=True)
async def test_neither_lane_nor_a_slider_waits_for_a_job_that_takes_minutes(
    guest: Client, photo: Photo, pencil: type[Pencil]
) -> None:
    """A job of the slow lane and one of the fast lane are held up in the middle. A job behind the
    slow one is painted meanwhile, and a slider's picture comes while both are held up."""
    loop, go_on = asyncio.get_running_loop(), asyncio.Event()
    pencil.at[3] = lambda: asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(60)
    worker = Worker(["fast", "slow"])
    running = asyncio.create_task(worker.run(application))

    async def until(true: Callable[[], bool]) -> None:
        for _ in range(3000):
            if await sync_to_async(true)():
                return
            worker.ring()
            await asyncio.sleep(0.02)
        raise AssertionError("waited in vain")

    def state(job: Rendering) -> str:
        return Rendering.objects.get(pk=job.pk).state

    try:
        slow = await sync_to_async(cast.submit)(photo, recipe())
        await until(lambda: len(pencil.told) == 1 and len(pencil.told[0]) == 3)
        fast = await sync_to_async(cast.submit)(photo)
        await until(lambda: state(fast) == "done")

        held = await sync_to_async(cast.submit)(photo, recipe())
        await sync_to_async(held.change)(lane="fast")
        await until(lambda: len(pencil.told) == 2 and len(pencil.told[1]) == 3)
        page = await connected(guest, photo)
        await ask(page, 1)
        assert (await picture(page))[0] == 1
        await page.disconnect()
        assert {await sync_to_async(state)(job) for job in (slow, held)} == {"running"}
    finally:
        go_on.set()
        await worker.stop()
        await running
