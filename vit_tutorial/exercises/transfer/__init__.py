"""The exercises of chapter 07, transfer: one file each, named after what the book asks for.

What is seen of an answer stands in the modules whose names end in `_facts`.
"""

from vit_tutorial.exercises.transfer.broken_tuning import sick_tune, watch_tuning

__all__ = ["sick_tune", "watch_tuning"]
