"""Figures of the book: one style, readable on a phone and in dark mode, words in English and symbols only."""

from vit_tutorial.plots.diagrams import attention_steps, split_heads
from vit_tutorial.plots.heat import heat_maps
from vit_tutorial.plots.images import confident_mistakes, image_grid, most_confident_mistakes, show_image
from vit_tutorial.plots.journey import model_journey
from vit_tutorial.plots.lines import points_with_spread
from vit_tutorial.plots.live import live_vit
from vit_tutorial.plots.patches import encoder_block_diagram, patch_explorer, show_patches, show_weights
from vit_tutorial.plots.predictions import confusion_matrix, top_classes
from vit_tutorial.plots.style import COLORS, use_book_style
from vit_tutorial.plots.training import step_curve, training_curves

__all__ = [
    "COLORS",
    "attention_steps",
    "confident_mistakes",
    "confusion_matrix",
    "encoder_block_diagram",
    "heat_maps",
    "image_grid",
    "live_vit",
    "model_journey",
    "most_confident_mistakes",
    "patch_explorer",
    "points_with_spread",
    "show_image",
    "show_patches",
    "show_weights",
    "split_heads",
    "step_curve",
    "top_classes",
    "training_curves",
    "use_book_style",
]
