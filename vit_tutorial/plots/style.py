"""The style of the book's figures: drawings that take the page's colours, and a picture of each for notebooks."""

import re
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib_inline.backend_inline import set_matplotlib_formats

CJK = re.compile(r"CJK|Han Sans|Han Serif|PingFang|Hiragino Sans GB|Heiti|SimHei|YaHei|WenQuanYi")
WIDTH = 4.8  # inches: the widest figure whose letters a phone still shows at 11 px
PIXELS = 91  # of the page, to an inch: letters of 11 points are 14 px high
# Okabe and Ito's palette: told apart with every common kind of colour blindness.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# In the book black is the page's ink and white its paper, by day and night; what lies on data has fixed colours.
DARK, LIGHT = "#000001", "#fffffe"  # on Blues: the dark up to 0.71, at 4.5 : 1 or more


def use_book_style(image_format: str = "jpeg") -> None:
    """Set matplotlib up for this book: figures as wide as a phone, letters of one size that it can show.

    Args:
        image_format: what a notebook shows: "jpeg" where photos are drawn (a fifth of a PNG's size), else "png".
    """
    plt.rcParams.update(
        {
            "figure.figsize": (WIDTH, 3.0),
            "figure.facecolor": "white",  # in a notebook, whose ground may be dark; not in the book
            "axes.facecolor": "none",
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "font.sans-serif": ["DejaVu Sans"],
            "axes.titlesize": "medium",
            "mathtext.fontset": "stix",
            "savefig.pad_inches": 0.02,
            "svg.fonttype": "none",  # letters stay letters: the page sets them in its own font
            "svg.hashsalt": "vit_tutorial",
            "image.interpolation": "none",  # a drawing holds an image's own pixels
            "axes.prop_cycle": plt.cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    set_matplotlib_formats(image_format)  # forgets how figures were shown before
    formatter = InteractiveShell.instance().display_formatter.formatters[f"image/{image_format}"]
    formatter.for_type(Figure, partial(picture_and_drawing, image_format=image_format))


def as_written(*texts: str) -> dict[str, Any]:
    """How matplotlib has to draw people's own words: "$" is no formula, and Chinese needs a font that has it."""
    look: dict[str, Any] = {"parse_math": False}
    if any(ord(letter) > 0x2E7F for text in texts for letter in text):
        installed = sorted(name for name in get_font_names() if CJK.search(name))
        look["family"] = ["DejaVu Sans", *installed[:1]]
    return look


def picture_and_drawing(figure: Figure, image_format: str) -> tuple[str, dict[str, Any]] | None:
    """A figure as a notebook shows it, crisp at twice its size, and as SVG in the output's metadata, for the book.

    As an output of its own, nbval would compare the SVG, which is another with each version of matplotlib.
    """
    options = {"pil_kwargs": {"quality": 80}} if image_format == "jpeg" else {}
    picture = print_figure(figure, image_format, base64=True, dpi=2 * PIXELS, **options)
    if picture is None:  # an empty figure
        return None
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    drawing = print_figure(figure, "svg", facecolor="none", metadata=nothing)
    sides = re.search(r' width="([\d.]+)pt" height="([\d.]+)pt"', drawing).groups()
    width, height = (round(float(points) / 72 * PIXELS) for points in sides)
    return picture, {"width": width, "height": height, "svg": drawing}
