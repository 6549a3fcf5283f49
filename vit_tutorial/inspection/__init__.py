"""Chapter 8: look inside a trained model, and test whether what you see means anything."""

from vit_tutorial.inspection.hiding import deletion_curve, hide_patches, occlusion
from vit_tutorial.inspection.maps import attention_distance, patch_scores, relevance, rollout
from vit_tutorial.inspection.streams import logit_lens, position_similarity, token_streams

__all__ = [
    "attention_distance",
    "deletion_curve",
    "hide_patches",
    "logit_lens",
    "occlusion",
    "patch_scores",
    "position_similarity",
    "relevance",
    "rollout",
    "token_streams",
]
