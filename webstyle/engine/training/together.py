"""Several processes that train one network, as ``torchrun`` starts them (DistributedDataParallel).

All draw the same batch and take a part of it each; gradients are averaged, so that every process
keeps the same weights. Two with half of a batch learn what one learns from the whole.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from webstyle.engine.events import EngineError


@dataclass(frozen=True)
class Team:
    """``rank`` is this process, of ``size``. One alone is a team too."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and tells how far it is."""
        return self.rank == 0

    def check_batch(self, batch: int) -> None:
        if batch % self.size:
            raise EngineError(
                f"batch {batch} cannot be shared by {self.size} processes: use a multiple of it"
            )

    def part(self, batch: Tensor) -> Tensor:
        """This process's pictures of a batch B x ... that all have."""
        own = len(batch) // self.size
        return batch[self.rank * own : (self.rank + 1) * own]

    def wrap(self, module: nn.Module) -> nn.Module:
        """Parts that had nothing to do with a loss keep no gradient, as in one process."""
        if self.size == 1:
            return module
        return DistributedDataParallel(module, find_unused_parameters=True)

    def agree(self, value: float) -> float:
        """The first process's value, for all: their clocks differ, and they have to stay in
        step."""
        if self.size == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64)
        if dist.get_backend() == "nccl":
            told = told.cuda()
        dist.broadcast(told, 0)
        return float(told)


def join(device: torch.device) -> tuple[Team, torch.device]:
    """The team that ``torchrun`` says this process is in, and its device in it; alone without."""
    if "LOCAL_RANK" not in os.environ:
        return Team(), device
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Team(dist.get_rank(), dist.get_world_size()), device


def leave(team: Team) -> None:
    if team.size > 1:
        dist.destroy_process_group()
