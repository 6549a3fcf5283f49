"""Chapter 6: the choices that make a training run, checked as one."""

from dataclasses import dataclass

from vit_tutorial import checks

SCHEDULES = ("cosine", "constant")
PRECISIONS = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Recipe:
    """How to train: what `train` does in each step, and how often.

    Attributes:
        epochs: passes over the training images.
        learning_rate: of AdamW; the peak, where the schedule changes it.
        weight_decay: of AdamW, decoupled: each step shrinks the weights by
            learning rate times weight decay.
        schedule: "cosine" (after a linear warmup) or "constant".
        warmup: share of all steps in which the learning rate rises, in [0, 1).
        clip: largest norm of all gradients together; None does not clip.
        label_smoothing: share of the target spread over all classes, in [0, 1).
        accumulate: batches that make one step, as if they were one large batch.
        precision: "float32", or "bfloat16"/"float16" for the forward pass (autocast).
        seed: from 0 to 2**32 - 1; with the number of the epoch it fixes the order of
            the images, dropout and random transforms.
        drop_patches: share of each image's patches that a step leaves out, in [0, 1).
        checkpointing: compute activations again in the backward pass, and keep fewer.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: a value is not allowed; the message names it and the way out.

    Source:
        Dosovitskiy et al. 2021, appendix B.1 and Table 3: warmup, cosine, clipping at
        norm 1. Loshchilov and Hutter 2019, Algorithm 2: AdamW.
    """

    epochs: int = 10
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    schedule: str = "cosine"
    warmup: float = 0.1
    clip: float | None = 1.0
    label_smoothing: float = 0.0
    accumulate: int = 1
    precision: str = "float32"
    seed: int = 0
    drop_patches: float = 0.0
    checkpointing: bool = False

    def __post_init__(self) -> None:
        decay, smoothing = self.weight_decay, self.label_smoothing
        checks.check_positive(self.epochs, "epochs")
        checks.check_positive(self.accumulate, "accumulate")
        checks.check_above_zero(self.learning_rate, "learning_rate", "Try 1e-3.")
        if decay != 0:
            checks.check_above_zero(decay, "weight_decay", "Use 0 for none.")
        if self.clip is not None:
            checks.check_above_zero(self.clip, "clip", "Use None for no clipping.")
        checks.check_share(self.warmup, "warmup", "a share of all steps", "Try 0.1.")
        checks.check_share(smoothing, "label_smoothing", "a share", "Use 0.0 for none.")
        checks.check_share(self.drop_patches, "drop_patches", "a share", "Use 0.0 for none.")
        checks.check_choice(self.schedule, "schedule", SCHEDULES)
        checks.check_choice(self.precision, "precision", PRECISIONS)
        checks.check_seed(self.seed)
        checks.check_choice(self.checkpointing, "checkpointing", (True, False))
