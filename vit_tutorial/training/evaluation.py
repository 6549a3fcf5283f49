"""Chapter 6: measure a model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from vit_tutorial.training.batches import as_indices, check_batch
from vit_tutorial.training.checks import check_loader


@dataclass(frozen=True)
class Evaluation:
    """What a model says about a set of images.

    Attributes:
        loss: mean cross-entropy over the images.
        accuracy: share of right answers, over the images and not over the batches.
        logits: shape (N, K).
        labels: the right classes, shape (N,).
    """

    loss: float
    accuracy: float
    logits: Tensor
    labels: Tensor

    @property
    def probabilities(self) -> Tensor:
        """Softmax of the logits, shape (N, K); each row sums to 1."""
        return self.logits.softmax(dim=-1)

    @property
    def predictions(self) -> Tensor:
        """The most likely class of each image, shape (N,)."""
        return self.logits.argmax(dim=-1)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode for a block; then each part is in the mode that it had before."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def evaluate(model: nn.Module, loader: DataLoader) -> Evaluation:
    """Ask a model about all images of a loader; nothing is learned.

    Args:
        model: it and all its parts are in the same mode (training or eval) afterwards.
        loader: batches of (images, labels), as `train` takes them.

    Returns:
        Loss, accuracy, logits and labels (of probabilities the largest), in the loader's order, on the CPU.

    Raises:
        TypeError, ValueError: the loader is none, or empty, or its batches are not what a model takes.
    """
    check_loader(loader, "loader")
    device = next(model.parameters()).device
    logits, labels = [], []
    with evaluating(model), torch.inference_mode():
        for batch in loader:
            images, answers = check_batch(batch, model)
            logits.append(model(images.to(device)).float().cpu())
            labels.append(answers.cpu())
    all_logits, targets = torch.cat(logits), torch.cat(labels)
    loss = F.cross_entropy(all_logits, targets).item()
    all_labels = as_indices(targets)
    right = all_logits.argmax(dim=-1) == all_labels
    return Evaluation(loss, right.double().mean().item(), all_logits, all_labels)
