"""Chapter 6: what a run shows while it goes: a bar, and a line for each epoch, on stderr."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from vit_tutorial.training.run import Run


class Progress:
    """A bar over all steps of a run, with the time that is left.

    Args:
        run: the run to follow; only rank 0 shows it.
        show: None shows it where stderr is a terminal. Where stderr is a file, `True`
            writes the epochs' lines only.
    """

    def __init__(self, run: Run, show: bool | None) -> None:
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self.run = run
        wanted = terminal if show is None else show
        self.show = wanted and run.place.rank == 0 and sys.stderr is not None
        self.bar = tqdm(
            total=run.steps * run.recipe.epochs,
            initial=run.steps * run.history.epochs,
            desc=self._title(),
            unit="step",
            file=sys.stderr,
            disable=not (self.show and terminal),
            leave=False,
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: Any) -> None:
        self.bar.close()

    def step(self, loss: float, accuracy: float) -> None:
        """One more step is done; both values are means over the epoch so far."""
        self.bar.set_postfix_str(f"loss {loss:.3f}, acc {accuracy:.3f}", refresh=False)
        self.bar.update()

    def epoch_is_over(self) -> None:
        """Write the last epoch's line."""
        history, epochs = self.run.history, self.run.recipe.epochs
        loss, accuracy = history.train_loss[-1], history.train_accuracy[-1]
        line = f"epoch {history.epochs}/{epochs}: loss {loss:.4f}, accuracy {accuracy:.4f}"
        if history.val_loss:
            loss, accuracy = history.val_loss[-1], history.val_accuracy[-1]
            line += f"; validation loss {loss:.4f}, accuracy {accuracy:.4f}"
        if self.show:
            tqdm.write(line, file=sys.stderr)
        self.bar.set_description(self._title(), refresh=False)

    def _title(self) -> str:
        epochs = self.run.recipe.epochs
        return f"epoch {min(self.run.history.epochs + 1, epochs)}/{epochs}"
