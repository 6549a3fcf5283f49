"""Chapter 6: how a model is trained and measured; see `loop` for `train`, `run` for a step and an epoch."""

import lazy_loader

# Loaded when they are first asked for: a recipe can be read without PyTorch.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "checks": ["TrainingDiverged"],
        "evaluation": ["Evaluation", "evaluate", "evaluating"],
        "history": ["History"],
        "loop": ["train"],
        "recipe": ["Recipe"],
        "schedule": ["make_schedule", "warmup_cosine"],
        "seeding": ["set_seed"],
    },
)
