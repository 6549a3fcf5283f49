"""Chapter 5's exercises: what the encoder is made of, its block, its read-out, its weights, and an audit."""

from vit_tutorial.exercises.encoder.models_to_audit import DEPARTURES, suspects

__all__ = ["DEPARTURES", "suspects"]
