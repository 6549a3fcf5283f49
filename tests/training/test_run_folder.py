"""What is not resumed: other runs, damaged files, files with code in them; and the folder itself."""

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from reference import assert_error_names
from tiny_training import assert_same_weights, fit, loader, new_model

from vit_tutorial.saving import CheckpointError, load_model
from vit_tutorial.training.history import History
from vit_tutorial.training.run_folder import RunFolder

WEIGHTS, TRAINING = "last-0002.safetensors", "last-0002.training.pt"


@pytest.fixture(scope="module")
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
def folder(two_epochs, tmp_path) -> Path:
    return Path(shutil.copytree(two_epochs, tmp_path / "run"))


def resume(folder: Path, model=None, train_loader=None, val_loader=None, **changes) -> History:
    model = new_model() if model is None else model
    val_loader = loader(6) if val_loader is None else val_loader
    return fit(
        model, train_loader, val_loader or None, **{"epochs": 4, "out": folder, "resume": True} | changes
    )


def with_other_optimizer(folder: Path, build) -> None:
    model = new_model()
    resume(folder, model, optimizer=build(model.parameters()))


def frozen_in_part():
    model = new_model()
    model.embeddings.requires_grad_(False)
    return model


OTHER_RUNS = [
    (lambda f: resume(f, epochs=5), ["epochs = 4", "5", "recipe", "another folder"]),
    (lambda f: resume(f, learning_rate=0.5), ["learning_rate = 0.001", "0.5"]),
    (lambda f: resume(f, schedule="constant"), ["schedule = 'cosine'", "'constant'"]),
    (lambda f: resume(f, clip=None), ["clip = 1.0", "None"]),
    (lambda f: resume(f, seed=1), ["seed = 0", "1"]),
    (lambda f: resume(f, train_loader=loader(21)), ["images = 22", "21"]),
    (lambda f: resume(f, train_loader=loader(22, 5)), ["batch_size = 4", "5", "batch size and images"]),
    (lambda f: resume(f, train_loader=loader(22, drop_last=True)), ["steps = 6", "5"]),
    (lambda f: resume(f, new_model(embed_dim=12)), ["embed_dim = 8", "12", "model"]),
    (lambda f: resume(f, new_model(num_heads=4)), ["num_heads = 2", "4"]),  # the weights would fit
    (lambda f: resume(f, new_model(dropout=0.1)), ["dropout = 0.0", "0.1"]),
    (lambda f: resume(f, frozen_in_part()), ["trained = [20]", "[16]"]),
    (lambda f: with_other_optimizer(f, torch.optim.SGD), ["optimizer = 'AdamW'", "'SGD'"]),
    (
        lambda f: with_other_optimizer(f, lambda p: torch.optim.AdamW(p, 0.3)),
        ["learning_rates = [0.001]", "0.3"],
    ),
    (lambda f: resume(f, val_loader=()), ["was validated", "with a val_loader"]),
]


@pytest.mark.parametrize(("call", "words"), OTHER_RUNS)
def test_another_run_is_not_resumed(folder, call, words):
    assert_error_names(lambda: call(folder), CheckpointError, words)
    assert RunFolder(folder).last() == 2


def test_validation_may_not_begin_in_between(tmp_path):
    fit(new_model(), epochs=1, out=tmp_path)
    words = [str(tmp_path), "not validated", "without a val_loader"]
    assert_error_names(lambda: resume(tmp_path, epochs=1), CheckpointError, words)


def test_a_refusal_leaves_the_model_alone(folder):
    model = new_model()
    with pytest.raises(CheckpointError):
        resume(folder, model, epochs=5)
    assert_same_weights(model, new_model())


def test_nothing_to_resume_and_nothing_to_overwrite(folder, tmp_path):
    empty = tmp_path / "empty"
    words = [str(empty), "training.pt", "without resume"]
    assert_error_names(lambda: resume(empty), FileNotFoundError, words)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    words = [str(folder), "up to epoch 2", "resume=True", "another folder"]
    assert_error_names(lambda: fit(new_model(), out=folder), FileExistsError, words)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_other_files_in_the_folder_stay(folder):
    kept = {"notes.txt", "last-week.safetensors", "last-0001.training.pt.backup", "my.half", ".hidden"}
    for name in kept:
        (folder / name).write_text("mine")
    (folder / ".best.safetensors.half").write_text("of a process that was killed")
    assert resume(folder).epochs == 4
    files = {"best.safetensors", "history.json", "last-0004.safetensors", "last-0004.training.pt"}
    assert {file.name for file in folder.iterdir()} == kept | files
    assert json.loads((folder / "history.json").read_text()) == resume(folder).to_dict()


def test_the_files_know_the_classes(folder):
    assert load_model(folder / "best.safetensors").classes == ("猫", "dog", "Fuß")


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
def test_a_foreign_state_is_named(folder, content):
    file, model = folder / TRAINING, new_model()
    file.write_bytes(content(file))
    words = [str(file), f"{file.stat().st_size:,} bytes", "truncated", WEIGHTS, "new one in another folder"]
    assert_error_names(lambda: resume(folder, model), CheckpointError, words)
    assert_same_weights(model, new_model())


@pytest.mark.parametrize("content", [*FOREIGN, lambda file: (file.parent / TRAINING).read_bytes()])
def test_foreign_weights_are_named(folder, content):
    file, model = folder / WEIGHTS, new_model()
    file.write_bytes(content(file))
    words = [str(file), f"{file.stat().st_size:,} bytes", "truncated", "Copy or save it again"]
    assert_error_names(lambda: resume(folder, model), CheckpointError, words)
    assert_same_weights(model, new_model())


def test_every_truncated_state_is_refused(folder):
    whole = (folder / TRAINING).read_bytes()
    for size in range(0, len(whole), 997):
        (folder / TRAINING).write_bytes(whole[:size])
        with pytest.raises(CheckpointError, match=f"{size:,} bytes"):
            RunFolder(folder).load_training()


@pytest.mark.parametrize("save", [torch.save, lambda value, file: file.write_bytes(pickle.dumps(value))])
def test_code_in_a_state_does_not_run(folder, tmp_path, save):
    mark = tmp_path / "it ran"
    state = torch.load(folder / TRAINING, weights_only=True)
    save(state | {"scaler": Code(mark)}, folder / TRAINING)
    assert_error_names(lambda: resume(folder), CheckpointError, [TRAINING])
    assert not mark.exists()
    torch.load(folder / TRAINING, weights_only=False) if save is torch.save else pickle.loads(
        (folder / TRAINING).read_bytes()
    )
    assert mark.exists()  # it would have


@pytest.mark.parametrize("part", ["history", "traits"])
def test_a_state_of_another_program(folder, part):
    state = torch.load(folder / TRAINING, weights_only=True)
    del state[part]
    torch.save(state, folder / TRAINING)
    with pytest.raises(CheckpointError, match="another folder"):
        resume(folder)


def test_weights_that_are_missing_are_named(folder):
    (folder / WEIGHTS).unlink()
    assert_error_names(lambda: resume(folder), FileNotFoundError, [str(folder / WEIGHTS)])


def test_more_than_9999_epochs_sort_right(tmp_path):
    for name in ("last-9999.training.pt", "last-10000.training.pt", "last-0003.training.pt.half"):
        (tmp_path / name).touch()
    assert RunFolder(tmp_path).last() == 10_000
    assert RunFolder(tmp_path / "none").last() is None
