"""Order, noise and dropout: the same for the same seed, and new in each epoch."""

import pytest
import torch
from tiny_training import fit, loader, new_model
from torch.utils.data import WeightedRandomSampler


class Moody(WeightedRandomSampler):
    """Draws from a generator of its own, as some samplers do."""

    def __init__(self) -> None:
        super().__init__(torch.ones(22), 22, generator=torch.Generator())


@pytest.mark.parametrize("sampler", [Moody, lambda: WeightedRandomSampler(torch.ones(22), 22)])
def test_a_sampler_of_its_own_and_noise_come_out_the_same_again(sampler):
    losses = []
    for seed in (0, 0, 1):
        torch.manual_seed(len(losses))
        noisy = loader(noise=0.5, sampler=sampler())
        for _ in losses:
            list(noisy)  # draws numbers that nobody expects
        losses.append(fit(new_model(dropout=0.2), noisy, epochs=2, seed=seed).step_loss)
    assert losses[0] == losses[1] != losses[2]
    assert losses[0][:6] != losses[0][6:]


def test_each_epoch_has_noise_and_dropout_of_its_own():
    """With weights that hardly move, the losses of two epochs differ by nothing else."""
    still = {"epochs": 2, "learning_rate": 1e-30, "weight_decay": 0}
    for model, noise in ((new_model(), 0.5), (new_model(dropout=0.3), 0.0), (new_model(), 0.0)):
        losses = fit(model, loader(noise=noise), **still).step_loss
        same = [a == b for a, b in zip(losses[:6], losses[6:], strict=True)]
        assert not any(same) if noise or model.config.dropout else all(same)
