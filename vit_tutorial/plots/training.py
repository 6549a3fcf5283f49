"""Figures of training runs: curves by epoch and by step."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from vit_tutorial.checks import check_positive
from vit_tutorial.plots.lines import legend_above, long_look, look
from vit_tutorial.plots.style import WIDTH
from vit_tutorial.training.history import History

Runs = History | Mapping[str, History]  # of one run, or {label: history}
PANELS = {
    "loss": ("train_loss", "val_loss"),
    "accuracy": ("train_accuracy", "val_accuracy"),
    "learning rate": ("step_learning_rate",),
}
SERIES = {
    "train": {"label": "training", "ls": "--", "markerfacecolor": "white"},
    "val": {"label": "validation", "ls": "-"},
}


def training_curves(history: Runs, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw loss and accuracy by epoch and the learning rate by step, one below another.

    Training is dashed with hollow markers, validation solid with filled ones. A panel
    for which no run has values is left out.

    Args:
        history: of one run, or of several: {label: history}.
        axes: one for each panel; a new figure if None.

    Returns:
        The axes, shape (panels,).

    Raises:
        TypeError: `history` is neither a `History` nor a dictionary of them.
        ValueError: a run has nothing to draw, or the axes are not one a panel.
    """
    runs = _as_runs(history)
    for label, run in runs.items():
        _check_epochs(label, run)
    panels = [name for name in PANELS if any(_lists(r, name) for r in runs.values())]
    legend = _legend(runs)
    if axes is None:
        size = (WIDTH, 2.0 * len(panels) + 0.18 * len(legend))
        axes = plt.figure(figsize=size).subplots(len(panels), 1, squeeze=False)
    axes = np.ravel(axes)
    if len(axes) != len(panels):
        raise ValueError(f"axes must be {len(panels)}, one each for {', '.join(panels)}; got {len(axes)}.")
    for ax, name in zip(axes, panels, strict=True):
        for i, run in enumerate(runs.values()):
            _draw(ax, name, i, run, alone=len(runs) == 1)
    legend_above(axes[0], legend)
    return axes


def step_curve(
    history: Runs, smooth: int = 20, num_classes: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the loss by step: each value in a pale colour, and a running mean over it.

    Args:
        history: of one run, or of several: {label: history}; an epoch need not be over.
        smooth: steps in the running mean, which ends at the step where it is drawn; the
            first steps have fewer. 1 draws the values alone.
        num_classes: K; draws ln K, the loss where each class gets probability 1/K.
        ax: where to draw; the current axes if None.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a run has no step, or a number is smaller than 1.
    """
    runs, smooth = _as_runs(history), check_positive(smooth, "smooth")
    for label, run in runs.items():
        if not run.step_loss:
            raise ValueError(f"{_name(label)} has no steps: step_loss is empty.")
    k = None if num_classes is None else check_positive(num_classes, "num_classes")
    ax = ax or plt.gca()
    unnamed = "each step" if smooth == 1 else f"mean of {smooth} steps"
    handles = []
    for i, (label, run) in enumerate(runs.items()):
        loss, steps = np.array(run.step_loss), range(1, len(run.step_loss) + 1)
        if smooth > 1:
            ax.plot(steps, loss, color=f"C{i}", alpha=0.25, lw=0.8, zorder=1)
        means = [loss[max(0, n - smooth) : n].mean() for n in steps]
        style = long_look(i, len(loss), alone=len(runs) == 1)
        handles += ax.plot(steps, means, label=label or unnamed, **style)
    if k is not None:
        text = f"chance: ln {k} = {math.log(k):.2f}"
        handles.append(ax.axhline(math.log(k), color="0.35", lw=1, ls=":", label=text))
    _name_axes(ax, "step", "training loss")
    legend_above(ax, handles)
    return ax


def _draw(ax: Axes, panel: str, i: int, run: History, alone: bool) -> None:
    """Run `i` in one panel."""
    for name, values in _lists(run, panel).items():
        if panel == "learning rate":
            style = long_look(i, len(values), alone)
        else:
            style = look(i) | SERIES[name.split("_")[0]]  # of "train" or "val"
        ax.plot(range(1, len(values) + 1), values, **style)
    _name_axes(ax, "step" if panel == "learning rate" else "epoch", panel)
    if panel == "learning rate":
        ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))


def _name_axes(ax: Axes, xlabel: str, ylabel: str) -> None:
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    ax.xaxis.set_major_formatter("{x:,.0f}")


def _legend(runs: Mapping[str, History]) -> list[Line2D]:
    """A line for each labelled run, and for training and validation where they are."""
    handles = [Line2D([], [], label=label, **look(i)) for i, label in enumerate(runs) if label]
    style = {"color": "0.35"} if handles else look(0)
    for series in SERIES:
        names = (f"{series}_loss", f"{series}_accuracy")
        if any(getattr(run, name) for run in runs.values() for name in names):
            handles.append(Line2D([], [], **style, **SERIES[series]))
    return handles


def _lists(run: History, panel: str) -> dict[str, list[float]]:
    """The lists of a panel that are not empty."""
    return {name: values for name in PANELS[panel] if (values := getattr(run, name))}


def _as_runs(history: Runs) -> dict[str, History]:
    """The runs by label; a single one has none."""
    if isinstance(history, History):
        return {"": history}
    if not isinstance(history, Mapping):
        kind = type(history).__name__
        raise TypeError(f"history must be a History or {{label: History}}, got {kind}.")
    if not history:
        raise ValueError("history is an empty dictionary: there is no run to draw.")
    for label, run in history.items():
        if not isinstance(run, History):
            raise TypeError(
                f"history[{label!r}] must be a History, got {type(run).__name__}. Make "
                "one of saved lists by History(train_loss=..., ...)."
            )
    return dict(history)


def _name(label: str) -> str:
    return f"the history of {label!r}" if label else "the history"


def _check_epochs(label: str, run: History) -> None:
    """Check that there is an epoch to draw, and that its lists are equally long."""
    lists = _lists(run, "loss") | _lists(run, "accuracy")
    lengths = {name: len(values) for name, values in lists.items()}
    if not lengths:
        raise ValueError(f"{_name(label)} has no complete epoch. step_curve draws its steps.")
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{_name(label)} has lists of different lengths: {lengths}. Each needs one "
            "entry for each epoch, or none at all."
        )
