"""Another run is not resumed: what differs is named, and nothing is touched."""

from pathlib import Path

import pytest
import torch
from interrupted_run import resume
from reference import assert_error_names
from tiny_training import assert_same_weights, fit, loader, new_model

from vit_tutorial.saving import CheckpointError
from vit_tutorial.training.run_folder import RunFolder


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
def test_another_run_is_not_resumed(interrupted, call, words):
    assert_error_names(lambda: call(interrupted), CheckpointError, words)
    assert RunFolder(interrupted).last() == 2


def test_validation_may_not_begin_in_between(tmp_path):
    fit(new_model(), epochs=1, out=tmp_path)
    words = [str(tmp_path), "not validated", "without a val_loader"]
    assert_error_names(lambda: resume(tmp_path, epochs=1), CheckpointError, words)


def test_a_refusal_leaves_the_model_alone(interrupted):
    model = new_model()
    with pytest.raises(CheckpointError):
        resume(interrupted, model, epochs=5)
    assert_same_weights(model, new_model())
