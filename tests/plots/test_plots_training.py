"""What the figures of training runs hold, read back from the axes."""

import math
import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from vit_tutorial import History, plots
from vit_tutorial.plots import COLORS

pytestmark = pytest.mark.usefixtures("book_style")


def run(epochs=3, steps=12, validation=True, level=0.0) -> History:
    """A history in which no two lists, epochs or steps are alike."""
    falling = [level + 2 / (1 + e) for e in range(epochs)]
    return History(
        train_loss=falling,
        train_accuracy=[0.5 + 0.1 * e - level / 10 for e in range(epochs)],
        val_loss=[loss + 0.3 for loss in falling] if validation else [],
        val_accuracy=[0.4 + 0.1 * e for e in range(epochs)] if validation else [],
        step_loss=[level + 3 / (1 + s) for s in range(steps)],
        step_learning_rate=[0.001 * (2 * steps - s) / steps for s in range(steps)],
        step_gradient_norm=[1.0] * steps,
    )


def points(line) -> list[tuple[float, float]]:
    return [tuple(point) for point in line.get_xydata().tolist()]


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_run_has_a_panel_each_for_loss_accuracy_and_learning_rate():
    history = run()
    loss, accuracy, rate = plots.training_curves(history)
    assert [ax.get_ylabel() for ax in (loss, accuracy, rate)] == ["loss", "accuracy", "learning rate"]
    assert [ax.get_xlabel() for ax in (loss, accuracy, rate)] == ["epoch", "epoch", "step"]
    for ax, name in ((loss, "loss"), (accuracy, "accuracy")):
        train, val = ax.get_lines()
        assert points(train) == list(enumerate(getattr(history, f"train_{name}"), 1))
        assert points(val) == list(enumerate(getattr(history, f"val_{name}"), 1))
        assert (train.get_linestyle(), val.get_linestyle()) == ("--", "-")
        assert train.get_markerfacecolor() == "white" != val.get_markerfacecolor()
    [line] = rate.get_lines()
    assert points(line) == list(enumerate(history.step_learning_rate, 1))
    assert rate.get_ylim()[0] <= 0
    assert legend(loss) == ["training", "validation"]


def test_a_run_without_validation_promises_none():
    loss, accuracy, _ = plots.training_curves(run(validation=False))
    assert len(loss.get_lines()) == len(accuracy.get_lines()) == 1
    assert legend(loss) == ["training"]


def test_several_runs_differ_in_colour_and_marker_and_at_each_step_in_line_style():
    runs = {f"run {i}": run(level=i, validation=i != 1) for i in range(6)}
    loss, accuracy, rate = plots.training_curves(runs)
    assert legend(loss) == [*runs, "training", "validation"]
    assert len(loss.get_lines()) == len(accuracy.get_lines()) == 11  # one has no validation
    by_marker = {line.get_marker(): line for line in rate.get_lines()}
    assert len(by_marker) == 6
    assert {line.get_color() for line in by_marker.values()} == {f"C{i}" for i in range(6)}
    assert len({(line.get_linestyle(), str(line._dash_pattern)) for line in by_marker.values()}) == 5
    handles = loss.get_legend().legend_handles
    for i, history in enumerate(runs.values()):
        [line] = [ln for ln in loss.get_lines() if points(ln) == list(enumerate(history.train_loss, 1))]
        assert (line.get_color(), line.get_marker()) == (handles[i].get_color(), handles[i].get_marker())
        assert matplotlib.colors.to_hex(line.get_color()) == COLORS[i].lower()
    assert len({line.get_markevery()[0] for line in rate.get_lines()}) == 1  # 12 steps: all marked


def test_equal_lines_show_each_others_markers():
    _, _, rate = plots.training_curves({"a": run(steps=400), "b": run(steps=400)})
    assert [line.get_markevery() for line in rate.get_lines()] == [(0, 40), (10, 40)]


def test_panels_without_values_are_left_out_and_axes_may_be_given():
    saved = History(val_loss=[2.0, 1.0], val_accuracy=[0.2, 0.6])
    figure, given = plt.subplots(1, 2)
    axes = plots.training_curves({"saved": saved}, axes=given)
    assert list(axes) == list(given) and plt.get_fignums() == [figure.number]
    assert [points(ax.get_lines()[0]) for ax in axes] == [[(1, 2), (2, 1)], [(1, 0.2), (2, 0.6)]]
    assert legend(axes[0]) == ["saved", "validation"]
    with pytest.raises(
        ValueError, match=r"axes must be 3, one each for loss, accuracy, learning rate; got 2"
    ):
        plots.training_curves(run(), axes=given)


def test_one_epoch_has_one_tick():
    loss, _, _ = plots.training_curves(run(epochs=1))
    loss.figure.canvas.draw()
    low, high = loss.get_xlim()
    assert [tick for tick in loss.get_xticks() if low <= tick <= high] == [1]


@pytest.mark.parametrize("smooth", [1, 4, 50])
def test_the_running_mean_is_a_convolution(smooth):
    history = run(steps=30)
    ax = plots.step_curve(history, smooth=smooth)
    *raw, mean = ax.get_lines()
    window = np.ones(smooth)
    expected = np.convolve(history.step_loss, window)[:30] / np.convolve(np.ones(30), window)[:30]
    np.testing.assert_allclose(mean.get_ydata(), expected)
    assert list(mean.get_xdata()) == list(range(1, 31))
    assert [list(line.get_ydata()) for line in raw] == ([] if smooth == 1 else [history.step_loss])
    assert legend(ax) == ["each step" if smooth == 1 else f"mean of {smooth} steps"]


def test_chance_is_a_line_at_ln_k():
    ax = plots.step_curve({"a": run(), "b": run(level=1)}, num_classes=10, ax=plt.figure().gca())
    assert legend(ax) == ["a", "b", "chance: ln 10 = 2.30"]
    assert ax.get_lines()[-1].get_ydata() == [math.log(10)] * 2
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "training loss")


def test_steps_are_drawn_before_the_first_epoch_is_over():
    broken_off = History(step_loss=[2.5, 2.4, float("nan")])
    *_, mean = plots.step_curve(broken_off, smooth=2).get_lines()
    np.testing.assert_allclose(mean.get_ydata(), [2.5, 2.45, np.nan])


@pytest.mark.parametrize(
    ("draw", "history", "error", "words"),
    [
        (plots.training_curves, History(step_loss=[1.0]), ValueError, "the history has no complete epoch. step_curve"),
        (plots.training_curves, {"a": run(), "b": History()}, ValueError, "the history of 'b' has no complete epoch"),
        (plots.training_curves, History([1.0, 2.0], [0.5]), ValueError, "'train_loss': 2, 'train_accuracy': 1"),
        (plots.training_curves, {}, ValueError, "empty dictionary"),
        (plots.training_curves, {"a": run().to_dict()}, TypeError, r"history\['a'\] must be a History, got dict"),
        (plots.training_curves, [run()], TypeError, "got list"),
        (plots.step_curve, {"a": run(steps=0)}, ValueError, "the history of 'a' has no steps"),
        (lambda h: plots.step_curve(h, smooth=0), run(), ValueError, "smooth must be at least 1, got 0"),
        (lambda h: plots.step_curve(h, num_classes=0), run(), ValueError, "num_classes must be at least 1, got 0"),
    ],
)  # fmt: skip
def test_bad_histories_are_named(draw, history, error, words):
    with pytest.raises(error, match=words):
        draw(history)


VALUES = {"ViT": {2000: [0.9, 0.7, 0.65], 500: [0.6, 0.7]}, "CNN": {500: [0.9], 1281167: [0.85]}}


def test_seeds_are_points_and_a_line_joins_their_means():
    ax = plots.points_with_spread(VALUES, "training images", "test accuracy", log_x=True)
    means, seeds, cnn_means, cnn_seeds = ax.get_lines()
    np.testing.assert_allclose(points(means), [(500, 0.65), (2000, 0.75)])
    assert points(seeds) == [(500, 0.6), (500, 0.7), (2000, 0.9), (2000, 0.7), (2000, 0.65)]
    assert points(cnn_means) == points(cnn_seeds) == [(500, 0.9), (1281167, 0.85)]
    assert seeds.get_linestyle() == "None" and means.get_linestyle() != cnn_means.get_linestyle()
    assert seeds.get_marker() != cnn_seeds.get_marker() and seeds.get_color() == means.get_color() == "C0"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["500", "2,000", "1,281,167"]
    assert (ax.get_xscale(), ax.get_xlabel(), ax.get_ylabel()) == ("log", "training images", "test accuracy")
    assert legend(ax) == ["ViT", "CNN"]


def test_many_values_of_x_get_few_ticks():
    ax = plots.points_with_spread({"a": {x: [x / 2] for x in range(100)}}, "x", "y", ax=plt.figure().gca())
    assert ax.get_xscale() == "linear" and len(ax.get_xticks()) < 15


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "values are empty"),
        ({"ViT": {}}, "'ViT' has no points"),
        ({"ViT": {500: []}}, r"'ViT' needs one finite value or more at 500, got \[\]"),
        ({"ViT": {500: [0.5, math.nan]}}, "at 500, got .*nan"),
        ({"ViT": {0: [0.5]}}, "'ViT' has a point at x = 0.*log_x=False"),
    ],
)
def test_bad_points_are_named(values, words):
    with pytest.raises(ValueError, match=words):
        plots.points_with_spread(values, "x", "y", log_x=True)


def test_importing_plots_does_not_wait_for_scikit_learn():
    code = "import sys, vit_tutorial.plots; print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
