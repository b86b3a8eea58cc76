"""A device that is not there is refused with those to choose from."""

from __future__ import annotations

import pytest
import torch

from webstyle.engine.device import pick_device
from webstyle.engine.events import EngineError


def test_auto_takes_a_device_that_is_there() -> None:
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(EngineError, match="unknown device 'abacus': use auto, cpu or cuda"):
        pick_device("abacus")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_cuda_without_a_gpu_is_refused_with_the_remedy() -> None:
    with pytest.raises(EngineError, match="use --device cpu or auto"):
        pick_device("cuda")
