"""The ladder measures what it says: every rung is the same step, and what it keeps is what the formula says."""

import sys

import pytest
import torch
from places import ROOT

from vit_tutorial import ViTConfig, counting, data

sys.path.insert(0, str(ROOT / "experiments"))
import ladder


def weights_after(**rung) -> list[torch.Tensor]:
    torch.manual_seed(0)
    step = ladder.Step("ours", "cpu", **{"batch": 4, **rung})
    torch.manual_seed(1)
    step.images = torch.randn(4, 3, 224, 224)
    step()
    return [p.detach() for p in step.model.parameters()]


@pytest.mark.parametrize("rung", [{"math": True}, {"parts": 2}, {"checkpointing": True}])
def test_these_rungs_make_the_same_step(rung):
    for some, other in zip(weights_after(), weights_after(**rung), strict=True):
        # Adam's first step has one length wherever a gradient is: only those near zero may turn round.
        assert ((some - other).abs() > 1e-6).double().mean() < 0.01


@pytest.mark.parametrize("library", ladder.LIBRARIES)
def test_what_a_step_keeps_is_what_the_formula_says(library):
    step = ladder.Step(library, "cpu", batch=2)
    formula = sum(counting.kept_bytes(ViTConfig.named(ladder.NAME), 2).values())
    extra = step.kept() - formula  # cross-entropy keeps logits and labels
    assert 0 <= extra < 4 * 2 * 1000 * 2 + 100


def test_the_blocks_of_all_libraries_are_found():
    assert [len(ladder.blocks(ladder.build(library, ladder.NAME))) for library in ladder.LIBRARIES] == [
        12
    ] * 3


def test_the_stored_ladder_has_every_rung_of_every_library_and_the_roof_is_one():
    stored = data.results("ladder")
    pairs = {(run["library"], run["rung"]) for run in stored["runs"]}
    assert pairs == {(library, rung) for library in ladder.LIBRARIES for rung in ladder.RUNGS}
    ours = {run["rung"]: run for run in stored["runs"] if run["library"] == "ours"}
    assert ours["fused"]["time"] == [1, 1, 1]
    for batch, rung in ((1, "batch 1"), (8, "fused"), (32, "batch 32")):
        formula = sum(counting.kept_bytes(ViTConfig.named(stored["model"]), batch).values())
        assert ours[rung]["kept"] == pytest.approx(formula, rel=0.01)
    assert all(
        part["flops per second"] < 1.02 * stored["roof"]["peak"] for part in stored["roof"]["parts"].values()
    )
