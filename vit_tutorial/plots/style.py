"""The style of the book's figures: readable on a phone and in dark mode."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

WIDTH = 4.8  # inches, as wide as a page
# Okabe and Ito's palette: told apart with every common kind of colour blindness.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def use_book_style(image_format: str = "jpeg") -> None:
    """Set matplotlib up for this book: figures as wide as a page, letters that a phone can show.

    Args:
        image_format: "jpeg" where photos are drawn (a fifth of a PNG's size), "png" for lines.
    """
    plt.rcParams.update(
        {
            "figure.figsize": (WIDTH, 3.0),
            "figure.dpi": 150,
            "figure.facecolor": "white",  # never transparent: letters are dark
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.prop_cycle": plt.cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    options = {"pil_kwargs": {"quality": 88}} if image_format == "jpeg" else {}
    set_matplotlib_formats(image_format, **options)
