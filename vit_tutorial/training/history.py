"""Chapter 6: what a training run went through, epoch by epoch and step by step."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(repr=False)
class History:
    """The measurements of one training run.

    Attributes:
        train_loss: mean loss over the images of each epoch, while the weights changed;
            with label smoothing it is the smoothed loss.
        train_accuracy: share of right answers in each epoch, from 0 to 1, likewise.
        val_loss: mean loss over the validation images after each epoch.
        val_accuracy: share of right answers there; both are empty without validation.
        step_loss: loss of each optimizer step, before it changed the weights.
        step_learning_rate: learning rate of each step (of the first parameter group).
        step_gradient_norm: norm of all gradients in each step, before clipping.
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    step_loss: list[float] = field(default_factory=list)
    step_learning_rate: list[float] = field(default_factory=list)
    step_gradient_norm: list[float] = field(default_factory=list)

    def __repr__(self) -> str:
        """One line, where the lists may hold thousands of numbers."""
        text = f"{self.epochs} epochs, {len(self.step_loss)} steps"
        if self.best_epoch:
            best = f"{max(self.val_accuracy):.1%}, epoch {self.best_epoch}"
            text += f", best validation accuracy {best}"
        return f"History({text})"

    @property
    def epochs(self) -> int:
        """How many epochs are complete."""
        return len(self.train_loss)

    @property
    def best_epoch(self) -> int | None:
        """Epoch, from 1, of the highest validation accuracy; of equals that of the lowest loss; None without any."""
        losses = self.val_loss or [0.0] * len(self.val_accuracy)
        ranks = [(-right, loss) for right, loss in zip(self.val_accuracy, losses, strict=True)]
        return 1 + ranks.index(min(ranks)) if ranks else None

    def to_dict(self) -> dict[str, list[float]]:
        """All lists by name, ready for JSON, which keeps every digit."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> History:
        """The history that `to_dict` wrote.

        Raises:
            ValueError: lists are missing or unknown.
        """
        names = cls().to_dict().keys()
        if values.keys() != names:
            raise ValueError(f"a history has the lists {', '.join(names)}; got {', '.join(values)}.")
        return cls(**{name: list(values[name]) for name in names})
