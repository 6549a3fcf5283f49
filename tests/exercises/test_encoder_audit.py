"""What exercise 05.5 says of its three suspects is true: each departure shows when the model is questioned."""

import pytest
import torch
from torch import nn

from vit_tutorial.exercises.encoder import DEPARTURES, suspects
from vit_tutorial.exercises.encoder.audit import audit, exercise
from vit_tutorial.exercises.encoder.models_to_audit import SuspectB

IMAGES = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def models() -> dict[str, nn.Module]:
    return suspects()


def test_verdicts_are_on_the_list_and_a_third_of_the_parts_are_as_in_the_paper():
    assert set(audit().values()) <= set(DEPARTURES)
    assert list(audit().values()).count("as in the paper") == 3
    for mistake in exercise.mistakes:
        ((part, verdict),) = mistake.function().items()
        assert verdict in DEPARTURES and verdict != audit()[part]


def test_they_run_alike_and_leave_the_random_numbers_alone(models):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    again = suspects()
    assert torch.equal(torch.get_rng_state(), before)
    for name, model in models.items():
        assert model(IMAGES).shape == (2, 5)
        assert torch.equal(model(IMAGES), again[name](IMAGES))


@pytest.mark.parametrize(("name", "blind"), [("A", False), ("B", True), ("C", False)])
def test_only_b_gives_every_image_the_same_logits(models, name, blind):
    first, second = models[name](IMAGES)
    assert torch.allclose(first, second, atol=1e-4) is blind


@pytest.mark.parametrize(("name", "mixes"), [("A", False), ("B", True), ("C", False)])
def test_only_b_attends_across_the_batch(models, name, mixes):
    tokens = torch.randn(2, 17, 64, generator=torch.Generator().manual_seed(1))
    alone, together = models[name].blocks(tokens[:1]), models[name].blocks(tokens)[:1]
    assert torch.allclose(alone, together, atol=1e-4) is not mixes


def test_a_has_a_norm_at_the_stem_and_reads_all_tokens(models):
    model, seen = models["A"], []
    model.norm1.register_forward_hook(lambda *_: seen.append("norm1"))
    model.blocks.register_forward_hook(lambda *_: seen.append("blocks"))
    model.norm2.register_forward_hook(lambda _, __, out: seen.append(out))
    logits = model(IMAGES)
    assert seen[:2] == ["norm1", "blocks"]
    assert torch.allclose(logits, model.head(seen[2].mean(dim=1)))


def test_b_works_with_no_other_patch_size():
    with pytest.raises(RuntimeError):
        SuspectB(patch_size=8)(IMAGES)


def test_c_returns_probabilities_and_its_blocks_do_not_pass_the_stream_on(models):
    assert torch.allclose(models["C"](IMAGES).sum(dim=1), torch.ones(2))
    block, x = models["C"].blocks[0], torch.randn(2, 17, 64)
    for layer in (block.attention.projection, block.mlp.linear2):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    assert not torch.allclose(block(x), x, atol=0.1)
