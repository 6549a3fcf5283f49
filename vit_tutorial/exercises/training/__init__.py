"""Chapter 6's exercises: accuracy, a training step, the learning rate, AdamW, and a run to mend."""

from vit_tutorial.exercises.training.broken_run import sick_fit, watch

__all__ = ["sick_fit", "watch"]
