"""Chapter 6: what stops a run."""


class TrainingDiverged(RuntimeError):  # noqa: N818 (it names what happened)
    """The loss or the gradient is no longer a finite number."""
