"""The folder of a run that was interrupted, for tests that resume it."""

import shutil
from pathlib import Path

import pytest
from tiny_training import fit, loader, new_model


@pytest.fixture(scope="session")
def two_epochs(tmp_path_factory) -> Path:
    """A run of four epochs that was interrupted after two."""
    folder = tmp_path_factory.mktemp("run")
    model = new_model()
    seen = []

    def interrupt(module, _):
        seen.append(module.training)
        if sum(seen) == 13:
            raise KeyboardInterrupt

    model.register_forward_pre_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit(model, loader(), loader(6), epochs=4, out=folder)
    return folder


@pytest.fixture
def interrupted(two_epochs, tmp_path) -> Path:
    """A copy of its folder, for one test."""
    return Path(shutil.copytree(two_epochs, tmp_path / "run"))
