"""Two processes with half of each batch learn what one learns from the whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.cast import ROOT
from tests.engine.test_training import config  # noqa: F401  a fixture
from webstyle.engine.events import EngineError
from webstyle.engine.training.stylebank import Config
from webstyle.engine.training.together import Team

TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def learn(folder: Path, name: str, *launcher: str) -> dict[str, torch.Tensor]:
    """The gradient of the first step, and what the weights have changed by."""
    command = [sys.executable, *launcher, "tests/engine/learn_together.py", str(folder), name]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return load_file(folder / f"{name}.safetensors")


def test_two_processes_learn_what_one_learns(config: Config, tmp_path: Path) -> None:  # noqa: F811
    alone = learn(tmp_path, "alone")
    together = learn(tmp_path, "together", *TORCHRUN)
    ranks = [json.loads((tmp_path / f"together-{rank}.json").read_text()) for rank in (0, 1)]
    assert ranks == [{"size": 2}, {"size": 2}]
    assert alone.keys() == together.keys()
    for kind, allowed in (("gradient", 0.02), ("moved", 0.2)):
        for part in ("network", "banks"):
            one, two = (joined(found, f"{kind}.{part}") for found in (alone, together))
            assert one.norm() > 0.01  # it did learn
            # Adam's first steps are nearly the gradient's sign: where there is next to none, the
            # last bit decides. So the weights differ more than the gradients.
            assert (one - two).norm() < allowed * one.norm()


def joined(found: dict[str, torch.Tensor], start: str) -> torch.Tensor:
    return torch.cat([v.flatten() for k, v in sorted(found.items()) if k.startswith(start)])


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    with pytest.raises(EngineError, match="batch 3 cannot be shared by 2 processes"):
        Team(0, 2).check_batch(3)


def test_each_has_its_part_of_a_batch() -> None:
    batch = torch.arange(6)
    assert [Team(rank, 3).part(batch).tolist() for rank in range(3)] == [[0, 1], [2, 3], [4, 5]]
    assert Team().part(batch).tolist() == batch.tolist()
