"""Chapter 6: the learning rate over the steps of a run."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    SequentialLR,
)


# fmt: off
def warmup_cosine(
    optimizer: Optimizer, total_steps: int, warmup_steps: int
) -> LRScheduler:
    """Raise the learning rate linearly, then lower it along half a cosine.

    Step s, counted from 0, has the rate peak·(s + 1)/w for s < w, and
    peak·(1 + cos(π·(s − w)/(S − w)))/2 from then on: the first step already learns,
    step w has the peak, and zero would be reached at step S, after the last one.

    Args:
        optimizer: its learning rates are the peaks.
        total_steps: S, all steps of the run.
        warmup_steps: w, from 0 (no warmup) to S − 1.

    Returns:
        The scheduler; call its `step()` after each step of the optimizer.

    Raises:
        ValueError: `warmup_steps` is negative, or not smaller than `total_steps`.

    Source:
        Dosovitskiy et al. 2021, appendix B.1 (linear warmup) and Table 3 (cosine).
    """
    if not 0 <= warmup_steps < total_steps:
        raise ValueError(
            f"warmup_steps must lie between 0 and total_steps - 1 = {total_steps - 1}, "
            f"got {warmup_steps}. Warm up for fewer steps, or train for more."
        )
    cosine = CosineAnnealingLR(optimizer, T_max=total_steps - warmup_steps)
    if warmup_steps == 0:
        return cosine
    rise = LinearLR(
        optimizer, start_factor=1 / warmup_steps, total_iters=max(1, warmup_steps - 1)
    )
    return SequentialLR(optimizer, [rise, cosine], milestones=[warmup_steps])
# fmt: on


def make_schedule(name: str, optimizer: Optimizer, total_steps: int, warmup_steps: int) -> LRScheduler:
    """The scheduler of a recipe: `warmup_cosine`, or a "constant" rate."""
    if name == "constant":
        return ConstantLR(optimizer, factor=1.0, total_iters=0)
    return warmup_cosine(optimizer, total_steps, warmup_steps)
