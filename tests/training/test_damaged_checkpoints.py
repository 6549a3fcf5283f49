"""Files of a run that are damaged, foreign or hold code are named, and never run."""

import os
import pickle
from pathlib import Path

import pytest
import torch
from interrupted_run import TRAINING, WEIGHTS, resume
from reference import assert_error_names
from tiny_training import assert_same_weights, new_model

from vit_tutorial.saving import CheckpointError
from vit_tutorial.training.history import History
from vit_tutorial.training.run_folder import RunFolder


def truncated(file: Path) -> bytes:
    return file.read_bytes()[:-100]


class Code:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


FOREIGN = [
    truncated,
    lambda file: file.read_bytes()[:9],
    lambda file: b"",
    lambda file: b"R",
    lambda file: b"Some text, and no weights.",
    lambda file: bytes(1000),
    lambda file: pickle.dumps({"history": History().to_dict()}),
    lambda file: (file.parent / "history.json").read_bytes(),
]


@pytest.mark.parametrize("content", [*FOREIGN, lambda file: (file.parent / WEIGHTS).read_bytes()])
def test_a_foreign_state_is_named(interrupted, content):
    file, model = interrupted / TRAINING, new_model()
    file.write_bytes(content(file))
    words = [str(file), f"{file.stat().st_size:,} bytes", "truncated", WEIGHTS, "new one in another folder"]
    assert_error_names(lambda: resume(interrupted, model), CheckpointError, words)
    assert_same_weights(model, new_model())


@pytest.mark.parametrize("content", [*FOREIGN, lambda file: (file.parent / TRAINING).read_bytes()])
def test_foreign_weights_are_named(interrupted, content):
    file, model = interrupted / WEIGHTS, new_model()
    file.write_bytes(content(file))
    words = [str(file), f"{file.stat().st_size:,} bytes", "truncated", "Copy or save it again"]
    assert_error_names(lambda: resume(interrupted, model), CheckpointError, words)
    assert_same_weights(model, new_model())


def test_every_truncated_state_is_refused(interrupted):
    whole = (interrupted / TRAINING).read_bytes()
    for size in range(0, len(whole), 997):
        (interrupted / TRAINING).write_bytes(whole[:size])
        with pytest.raises(CheckpointError, match=f"{size:,} bytes"):
            RunFolder(interrupted).load_training()


@pytest.mark.parametrize("save", [torch.save, lambda value, file: file.write_bytes(pickle.dumps(value))])
def test_code_in_a_state_does_not_run(interrupted, tmp_path, save):
    mark = tmp_path / "it ran"
    state = torch.load(interrupted / TRAINING, weights_only=True)
    save(state | {"scaler": Code(mark)}, interrupted / TRAINING)
    assert_error_names(lambda: resume(interrupted), CheckpointError, [TRAINING])
    assert not mark.exists()
    torch.load(interrupted / TRAINING, weights_only=False) if save is torch.save else pickle.loads(
        (interrupted / TRAINING).read_bytes()
    )
    assert mark.exists()  # it would have


@pytest.mark.parametrize("part", ["history", "traits"])
def test_a_state_of_another_program(interrupted, part):
    state = torch.load(interrupted / TRAINING, weights_only=True)
    del state[part]
    torch.save(state, interrupted / TRAINING)
    with pytest.raises(CheckpointError, match="another folder"):
        resume(interrupted)
