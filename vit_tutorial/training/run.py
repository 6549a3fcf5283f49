"""Chapter 6: one training run: a step, an epoch, and the state that makes them repeatable."""

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from vit_tutorial.config import ViTConfig
from vit_tutorial.data.sets import told_by
from vit_tutorial.training.batches import as_indices, check_batch
from vit_tutorial.training.checks import TrainingDiverged, check_same_run
from vit_tutorial.training.history import History
from vit_tutorial.training.processes import Place, add_up, share_loader
from vit_tutorial.training.recipe import Recipe
from vit_tutorial.training.schedule import make_schedule
from vit_tutorial.training.seeding import set_seed

Batch = tuple[Tensor, Tensor]


class Run:
    """A model in training, and everything that changes with it.

    Args:
        model: already on the device.
        loader: the training batches, of the whole data set.
        recipe: how to train.
        optimizer: over the model's trainable parameters.
        place: this process.
    """

    def __init__(
        self, model: nn.Module, loader: DataLoader, recipe: Recipe, optimizer: Optimizer, place: Place
    ) -> None:
        self.model, self.recipe, self.place = model, recipe, place
        self.optimizer = optimizer
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.loader = share_loader(loader, place, recipe.seed)
        self.steps = math.ceil(len(self.loader) / recipe.accumulate)  # in an epoch
        total = self.steps * recipe.epochs
        warmup = int(recipe.warmup * total)
        self.schedule = make_schedule(recipe.schedule, optimizer, total, warmup)
        self.scaler = torch.amp.GradScaler(enabled=recipe.precision == "float16")
        self.history = History()
        self.network = model if place.size == 1 else DistributedDataParallel(model)

    def epoch(self, tell: Callable[[float, float], None]) -> None:
        """Train on all images; `tell` gets loss and accuracy so far after each step."""
        number = self.history.epochs
        self._seed(number)
        self.model.train()
        seen = loss = right = 0.0
        for batches in self._groups():
            sums = self.step(batches)
            seen, loss, right = seen + sums[0], loss + sums[1], right + sums[2]
            tell(loss / seen, right / seen)
        self.history.train_loss.append(loss / seen)
        self.history.train_accuracy.append(right / seen)

    def step(self, batches: list[Batch]) -> list[float]:
        """Change the weights once, by one batch or by several as if they were one.

        Returns:
            Images, sum of their losses, right answers: over all processes.

        Raises:
            TrainingDiverged: loss or gradient is not finite; the weights stay.
        """
        self.optimizer.zero_grad()
        batches = [check_batch(batch, self.model) for batch in batches]
        total = sum(len(labels) for _, labels in batches)
        sums = torch.zeros(2, device=self.place.device)
        for i, batch in enumerate(batches):
            images, labels = (part.to(self.place.device) for part in batch)
            with self._wait_for_last(i == len(batches) - 1):
                loss, right = self._forward(images, labels)
                share = len(labels) / total
                self.scaler.scale(loss * share).backward()
            sums += torch.stack([loss.detach() * len(labels), right])
        self.scaler.unscale_(self.optimizer)
        limit = self.recipe.clip or math.inf
        norm = nn.utils.clip_grad_norm_(self.trained, limit).item()
        seen, loss_sum, right_sum = add_up([total, *sums.tolist()], self.place)
        self._record(loss_sum / seen, norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.schedule.step()
        return [seen, loss_sum, right_sum]

    def state(self) -> dict[str, Any]:
        """What a checkpoint needs besides the weights and the history."""
        return {
            "traits": self.traits(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
        }

    def traits(self) -> dict[str, Any]:
        """What must be the same in two runs, so that one can go on with the other."""
        config = getattr(self.model, "config", None)
        groups = self.optimizer.param_groups
        return {
            **(asdict(config) if isinstance(config, ViTConfig) else {}),
            **asdict(self.recipe),
            "images": len(self.loader.dataset),
            "classes": list(map(str, told_by(self.loader.dataset, "classes") or [])),
            "contents": told_by(self.loader.dataset, "contents"),
            "processes": self.place.size,
            "batch_size": (self.loader.batch_size or 0) * self.place.size,
            "steps": self.steps,
            "optimizer": type(self.optimizer).__name__,
            "learning_rates": [float(group["initial_lr"]) for group in groups],
            "trained": [len(group["params"]) for group in groups],
        }

    def load_state(self, state: dict[str, Any], history: History) -> None:
        """Go on where `state` was taken, unless that was another run."""
        check_same_run(self.traits(), state.get("traits", {}))
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
        self.history = history

    def _forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss of a batch, and how many answers are right."""
        kind = getattr(torch, self.recipe.precision)
        reduced = kind is not torch.float32
        with torch.autocast(self.place.device.type, kind if reduced else None, reduced):
            logits = self.network(images)
            smoothing = self.recipe.label_smoothing
            loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        return loss.float(), (logits.argmax(dim=-1) == as_indices(labels)).sum()

    def _record(self, loss: float, norm: float) -> None:
        """Note a step in the history, or stop where it is not finite."""
        scaled = self.scaler.is_enabled()  # its first steps may overflow: it skips them
        skips = scaled and self.scaler.get_scale() >= 1  # but not for ever
        rate = float(self.schedule.get_last_lr()[0])
        if not math.isfinite(loss) or not (math.isfinite(norm) or skips):
            what = "loss" if not math.isfinite(loss) else "gradient norm"
            raise TrainingDiverged(
                f"the {what} is {loss if what == 'loss' else norm} at step "
                f"{len(self.history.step_loss) + 1} (epoch {self.history.epochs + 1}, "
                f"learning rate {rate:.3g}). The weights are those before this step. "
                "Look for NaN in the images; else lower the learning rate, warm up "
                "longer, or clip the gradient."
            )
        self.history.step_loss.append(loss)
        self.history.step_learning_rate.append(rate)
        self.history.step_gradient_norm.append(norm)

    def _groups(self) -> Iterator[list[Batch]]:
        """The batches of an epoch, as many together as make one step."""
        group: list[Batch] = []
        for batch in self.loader:
            group.append(batch)
            if len(group) == self.recipe.accumulate:
                yield group
                group = []
        if group:
            yield group

    def _seed(self, epoch: int) -> None:
        """Make an epoch depend on nothing but the seed, its number and the process."""
        mixed = np.random.SeedSequence([self.recipe.seed, epoch, self.place.rank])
        number = int(mixed.generate_state(1)[0])
        set_seed(number)
        sampler = self.loader.sampler
        if hasattr(sampler, "set_epoch"):
            sampler.set_epoch(epoch)
        for own in (self.loader.generator, getattr(sampler, "generator", None)):
            if own is not None:
                own.manual_seed(number)

    def _wait_for_last(self, last: bool):
        """Let the processes exchange gradients at a step's last batch only."""
        if last or self.place.size == 1:
            return nullcontext()
        return self.network.no_sync()
