"""Answers as learners write them, right and wrong, and what they are told; in whatever state a notebook is."""

import contextlib
import copy
import sys
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from verdicts import verdict

from vit_tutorial import check
from vit_tutorial.exercises import all_exercises, outcomes, torch_state

EXERCISES = all_exercises()
SOLUTIONS = {number: exercise.solution for number, exercise in EXERCISES.items()}


# --- A gradient has to reach everything that learns. ---


def frozen_weight(images, weight, bias):
    return F.conv2d(images, weight.data, bias, stride=weight.shape[-1]).flatten(2).transpose(1, 2)


def rebuilt_layer(images, weight, bias):
    conv = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2:], weight.shape[2:])
    conv.weight, conv.bias = nn.Parameter(weight), nn.Parameter(bias)
    return conv(images).flatten(2).transpose(1, 2)


def own_class_token(patches, class_token):
    return torch.cat([nn.Parameter(class_token).expand(len(patches), -1, -1), patches], dim=1)


def detached_hidden(x, weight1, bias1, weight2, bias2):
    return F.linear(F.gelu(F.linear(x, weight1, bias1)).detach(), weight2, bias2)


def detached_bias(x, weight1, bias1, weight2, bias2):
    return SOLUTIONS["04.4"](x, weight1, bias1, weight2, bias2.detach())


def half_of_the_way_back(x, weight, bias, eps):
    mean, variance = x.detach().mean(-1, keepdim=True), x.var(-1, keepdim=True, correction=0)
    return (x - mean) / (variance.detach() + eps).sqrt() * weight + bias


class DetachedToken(SOLUTIONS["02.5"]):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        token = self.class_token.detach().expand(len(x), -1, -1)
        return torch.cat([token, x], dim=1) + self.position_embedding


class FrozenPositions(SOLUTIONS["02.5"]):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.position_embedding.requires_grad_(False)


CUT = [
    ("01.5", frozen_weight, "no gradient reaches weight,"),
    ("01.5", rebuilt_layer, "no gradient reaches weight, bias,"),
    ("02.2", own_class_token, "no gradient reaches class_token,"),
    ("02.5", DetachedToken, "no gradient reaches class_token,"),
    ("02.5", FrozenPositions, "no gradient reaches position_embedding,"),
    ("04.3", half_of_the_way_back, "the gradient of x is not"),
    ("04.4", detached_hidden, "no gradient reaches x, weight1, bias1,"),
    ("04.4", detached_bias, "no gradient reaches bias2,"),
]


@pytest.mark.parametrize(("number", "answer", "told"), CUT)
def test_what_is_cut_off_is_named(number, answer, told):
    assert told in verdict(number, answer)


def detached(number):
    """The solution with its output cut off from all that made it."""
    solution = SOLUTIONS[number]
    if isinstance(solution, type):
        forward = {"forward": lambda self, x: solution.forward(self, x).detach()}
        return type(solution.__name__, (solution,), forward)

    def cut(value):
        return tuple(map(cut, value)) if isinstance(value, tuple) else value.detach()

    return lambda *case: cut(solution(*case))


LEARNING = ["01.5", "02.2", "02.5", "03.2", "03.3", "03.4", "04.2", "04.3", "04.4", "04.5", "05.2", "05.3"]


@pytest.mark.parametrize("number", LEARNING)
def test_an_output_without_a_graph_is_refused(number):
    assert "no gradient reaches" in verdict(number, detached(number))


# --- The state of the notebook: neither feared nor harmed. ---


@contextlib.contextmanager
def inference():
    with torch.inference_mode():
        yield


def switch(get, set_, value):
    @contextlib.contextmanager
    def switched():
        before = get()
        set_(value)
        try:
            yield
        finally:
            set_(before)

    return switched


STATES = {
    "float64": switch(torch.get_default_dtype, torch.set_default_dtype, torch.float64),
    "bfloat16": switch(torch.get_default_dtype, torch.set_default_dtype, torch.bfloat16),
    "no grad": switch(torch.is_grad_enabled, torch.set_grad_enabled, False),
    "meta": switch(torch.get_default_device, torch.set_default_device, torch.device("meta")),
    "a block of another device": lambda: torch.device("meta"),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "inference": inference,
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("number", EXERCISES)
def test_the_books_solution_passes_in_any_state_and_leaves_it(number, state, capsys):
    exercise = EXERCISES[number]
    answer = exercise.solution() if exercise.values else exercise.solution
    with STATES[state]():
        before, numbers = torch_state.read(), torch.get_rng_state()
        inside = torch.is_inference_mode_enabled()
        check(number, answer)
        assert torch_state.read() == before and torch.equal(torch.get_rng_state(), numbers)
        assert torch.is_inference_mode_enabled() == inside
    assert capsys.readouterr().out.startswith("✓")


HARMS = {
    "grad mode": lambda: torch.set_grad_enabled(False),
    "the default dtype": lambda: torch.set_default_dtype(torch.float16),
    "the default device": lambda: torch.set_default_device("meta"),
    "autocast": lambda: torch.set_autocast_enabled("cpu", True),
    "deterministic algorithms": lambda: torch.use_deterministic_algorithms(True),
    "the seed": lambda: torch.manual_seed(3),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_an_answer_leaves_changed_is_told_and_put_back(harm):
    def patch_at(image, row, column, patch_size):
        output = SOLUTIONS["01.2"](image, row, column, patch_size)
        HARMS[harm]()
        return output

    before = torch_state.read()
    assert f"changes {harm}" in verdict("01.2", patch_at)
    assert torch_state.read() == before


# --- The edge of the batch, and answers that remember. ---


@pytest.mark.parametrize("number", ["02.2", "03.3", "03.4", "04.3", "05.2", "05.3"])
def test_an_output_squeezed_for_a_single_image_is_refused(number):
    assert "expected the shape (1, " in verdict(number, lambda *case: SOLUTIONS[number](*case).squeeze())


def test_a_result_kept_by_shape_is_refused():
    kept = {}

    def patchify(images, patch_size):
        return kept.setdefault(images.shape, SOLUTIONS["01.3"](images, patch_size))

    verdict("01.3", patchify)


# --- Form: by value, not by type. ---


def outputs_of_zeros(x, num_heads):
    b, n, d = x.shape
    heads = torch.zeros(b, num_heads, n, d // num_heads)
    for i, part in enumerate(x.chunk(num_heads, dim=-1)):
        heads[:, i] = part
    return heads


def table_in_float32(rows, columns, embed_dim):
    quarter = embed_dim // 4
    omega = 1 / 10_000 ** (torch.arange(quarter, dtype=torch.float32) / (quarter - 1))
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = [each.flatten()[:, None].float() * omega for each in (x, y)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], dim=1)


RIGHT = [
    ("01.1", {**SOLUTIONS["01.1"](), "cost_ratio": (512 / 256) ** 4}),
    ("03.1", {**SOLUTIONS["03.1"](), "divide_by": (64 / 4) ** 0.5}),
    ("03.1", {key: np.int64(value) for key, value in SOLUTIONS["03.1"]().items()}),
    ("02.3", table_in_float32),
    ("03.3", outputs_of_zeros),
    ("04.2", lambda x: 0.5 * x * (1 + torch.erf(x / torch.sqrt(torch.tensor(2.0))))),
    ("07.3", lambda model, pixels: predict_with_a_copy(model, pixels)),
    ("06.3", lambda *case: torch.tensor(SOLUTIONS["06.3"](*case))),
    ("06.3", lambda *case: np.float32(SOLUTIONS["06.3"](*case))),
]


def predict_with_a_copy(model, pixels):
    own = copy.deepcopy(model).eval()
    with torch.no_grad():
        return own(pixels[:, None] / 127.5 - 1).softmax(dim=-1)


@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_right_answers_pass_however_they_are_written(number, answer, capsys):
    check(number, answer)
    assert capsys.readouterr().out.startswith("✓")


# --- Runs whose learning rate falls otherwise. ---


def run_with(before=lambda optimizer, epochs: lambda epoch: None, after=lambda optimizer, epochs: None):
    """A healthy run for 06.5; `before` gives what is done ahead of each epoch, `after` a scheduler to step behind it."""

    def fit(model, optimizer, images, labels, epochs):
        set_rate, scheduler = before(optimizer, epochs), after(optimizer, epochs)
        for epoch in range(epochs):
            set_rate(epoch)
            order = torch.randperm(len(images))
            for part in order.split(8):
                loss = F.cross_entropy(model(images[part]), labels[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if scheduler is not None:
                scheduler.step()

    return fit


def by_hand(rate):
    """Set the rate of each epoch: the peak times `rate(epoch, epochs)`."""

    def before(optimizer, epochs):
        peak = optimizer.param_groups[0]["lr"]
        return lambda epoch: optimizer.param_groups[0].update(lr=peak * rate(epoch, epochs))

    return before


def judged(fit, told):
    if told is None:
        check("06.5", fit)
    else:
        assert told in verdict("06.5", fit)


FALLS = [
    (lambda epoch, epochs: 1 - epoch / epochs, None),
    (lambda epoch, epochs: (1 + np.cos(np.pi * epoch / epochs)) / 2, None),
    (lambda epoch, epochs: 1 - 0.9 * epoch / epochs, "not down to zero"),
    (lambda epoch, epochs: 1.0, "not down to zero"),
    (lambda epoch, epochs: 1 - epoch / (epochs - 1), "zero before the run ends"),
]


@pytest.mark.parametrize(("rate", "told"), FALLS)
def test_a_rate_set_by_hand_is_judged_as_one_from_a_scheduler(rate, told):
    judged(run_with(before=by_hand(rate)), told)


@pytest.mark.parametrize(
    ("scheduler", "told"),
    [
        (lambda o, e: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.1, total_iters=e), "not down to zero"),
        (lambda o, e: torch.optim.lr_scheduler.ExponentialLR(o, 0.75), "not down to zero"),
        (lambda o, e: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=e - 1), "zero before"),
        (lambda o, e: torch.optim.lr_scheduler.CosineAnnealingLR(o, e), None),
    ],
)
def test_other_schedulers(scheduler, told):
    judged(run_with(after=scheduler), told)


# --- What kind of thing an answer is. ---

KINDS = [
    ("02.5", SOLUTIONS["02.5"]((8, 12), 4, 3, 5), "pass the class itself"),
    ("01.3", torch.zeros(2, 6, 48), "pass the function itself"),
    (
        "01.3",
        lambda images: images,
        "called with 2 arguments: patchify(images, patch_size). Yours takes (images)",
    ),
    (
        "02.5",
        type("InputTokens", (nn.Module,), {"__init__": lambda self, sizes: None}),
        "called with 4 arguments",
    ),
    (
        "01.3",
        lambda images, p: SOLUTIONS["01.3"](images, p).to_sparse(),
        "expected a plain tensor with values",
    ),
    ("01.3", lambda images, p: SOLUTIONS["01.3"](images, p).to("meta"), "got a meta tensor"),
    (
        "05.5",
        {**SOLUTIONS["05.5"](), "A stem": "extra nrom"},
        "is no verdict of this exercise. They are: as in",
    ),
    ("05.5", {**SOLUTIONS["05.5"](), "A stem": np.zeros(3)}, "A stem: expected a text"),
    ("01.1", {"num_patches": 192}, "the key patch_length is missing; the key"),
    ("06.3", lambda step, total, warmup, peak: torch.linspace(0, peak, total), "one number"),
    ("06.3", lambda step, total, warmup, peak: [peak] * total, "one number"),
]


@pytest.mark.parametrize(("number", "answer", "told"), KINDS)
def test_what_is_no_answer_at_all_is_told(number, answer, told):
    assert told in verdict(number, answer)


def test_an_endless_loop_is_stopped(monkeypatch):
    monkeypatch.setattr(outcomes, "SECONDS", 0.2)

    def patchify(images, patch_size):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    assert "did not come to an end within" in verdict("01.3", patchify)


@pytest.mark.parametrize("number", EXERCISES)
def test_no_two_causes_look_alike(number):
    """Each mistake is told its own message: two that cannot be told apart would both be told facts."""
    exercise = EXERCISES[number]
    if exercise.values:
        for key in exercise.solution():
            found = [m.function()[key] for m in exercise.mistakes if key in m.function()]
            assert len({repr(value) for value in found}) == len(found), key


def test_a_solution_that_does_not_run_here_judges_nothing(monkeypatch):
    def broken(*case):
        raise ImportError("no such thing in this version")

    monkeypatch.setattr(EXERCISES["01.2"], "solution", broken)
    with pytest.raises((RuntimeError, TypeError), match=r"own solution|arguments"):
        check("01.2", lambda *case: None)


def test_a_verdict_comes_at_once():
    """Nothing large is imported for it: sympy took two seconds."""
    before = set(sys.modules)
    verdict("01.3", lambda images, p: SOLUTIONS["01.3"](images, p) + 1e-3)
    assert "sympy" in before or "sympy" not in sys.modules
