"""`evaluate`: means over the images, and nothing is changed by looking."""

import copy

import pytest
import torch
from reference import assert_error_names
from sklearn.metrics import accuracy_score, log_loss
from tiny_training import Images, assert_same_weights, fit, loader, new_model
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from vit_tutorial import evaluate


def test_equals_scikit_learn():
    model, images = new_model(), Images(22)
    result = evaluate(model, DataLoader(images, 5))
    probabilities = model.double()(images.tensors[0].double()).softmax(-1)
    labels = images.tensors[1]
    assert result.labels.equal(labels) and result.logits.shape == (22, 3)
    torch.testing.assert_close(result.probabilities.double(), probabilities, rtol=1e-5, atol=1e-7)
    assert result.loss == pytest.approx(log_loss(labels, probabilities.detach().numpy()), rel=1e-6)
    assert result.predictions.equal(probabilities.argmax(-1))
    assert result.accuracy == accuracy_score(labels, result.predictions)
    assert 0 < result.accuracy < 1


def test_counts_images_and_not_batches():
    """Four right, then one wrong: 4/5, where the mean over the batches is 1/2."""
    logits = torch.tensor([[2.0, 0.0]] * 4 + [[0.0, 2.0]])
    images = TensorDataset(logits, torch.zeros(5, dtype=torch.long))
    result = evaluate(nn.Linear(2, 2).requires_grad_(False).apply(identity), DataLoader(images, 4))
    assert result.accuracy == 0.8
    losses = [torch.log1p(torch.tensor(-2.0).exp()).item(), torch.log1p(torch.tensor(2.0).exp()).item()]
    assert result.loss == pytest.approx((4 * losses[0] + losses[1]) / 5)
    assert result.loss != pytest.approx(sum(losses) / 2, rel=0.3)


def identity(module: nn.Linear) -> None:
    module.weight.data = torch.eye(2)
    module.bias.data = torch.zeros(2)


@pytest.mark.parametrize("training", [True, False])
def test_leaves_everything_as_it_was(training):
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Flatten(), nn.Linear(144, 3)
    )
    model.train(training)
    model[1].eval()  # as in fine-tuning with frozen statistics
    before = copy.deepcopy(model)
    first, second = (evaluate(model, loader()) for _ in range(2))
    assert_same_weights(model, before)
    assert [m.training for m in model] == [training, False, training, training, training]
    assert model.training == training
    assert first.logits.equal(second.logits)  # dropout is off
    assert all(p.grad is None for p in model.parameters())
    assert not first.logits.requires_grad and not first.logits.is_inference()


def test_a_failure_restores_the_mode_too():
    model = new_model()
    with pytest.raises(ValueError, match="in_channels=3"):
        evaluate(model, DataLoader(TensorDataset(torch.zeros(2, 3, 8, 8), torch.zeros(2))))
    assert all(module.training for module in model.modules())


def test_what_the_history_says_is_what_evaluate_finds():
    model, seen = new_model(dropout=0.3), loader(9)
    history = fit(model, loader(), seen, epochs=2)
    result = evaluate(model, seen)
    assert (history.val_loss[-1], history.val_accuracy[-1]) == (result.loss, result.accuracy)
    assert model.training  # as train needs it for the next epoch


BAD_LOADERS = [
    (lambda: evaluate(new_model(), loader(0)), ValueError, ["loader", "0 images"]),
    (lambda: evaluate(new_model(), Images(4)), TypeError, ["loader", "Images", "DataLoader(images"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_LOADERS)
def test_bad_loaders_are_named(call, error, words):
    assert_error_names(call, error, words)
