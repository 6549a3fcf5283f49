"""Full size without the web: torchvision's cache with a ViT-B/16 in it that nobody has trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from torch import nn
from torchvision_files import in_cache


@pytest.fixture(scope="session")
def untrained() -> nn.Module:
    """torchvision's ViT-B/16, all of whose weights, those of the head too, are random."""
    torch.manual_seed(0)
    model = torchvision.models.vit_b_16(weights=None).eval()
    nn.init.normal_(model.heads.head.weight, std=0.05)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1 or parameter.shape[:2] == (1, 1):  # biases, norms, the class token
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.fixture(scope="session")
def filled(untrained: nn.Module, tmp_path_factory: Any) -> Iterator[Path]:
    """A TORCH_HOME in which this model lies; 346 MB that are removed afterwards."""
    home = tmp_path_factory.mktemp("torch_home")
    path = in_cache(home)
    torch.save(untrained.state_dict(), path)
    yield home
    path.unlink()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The TORCH_HOME of a test, without any file."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path
