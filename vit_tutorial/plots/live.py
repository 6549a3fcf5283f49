"""A trained model that runs in the page: one piece of HTML with its weights, for notebook, Colab and book."""

import base64
import copy
import json
import re
import struct
import tempfile
from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import torch
from IPython.display import HTML
from torch import Tensor

from vit_tutorial.checks import check_image_size
from vit_tutorial.model import VisionTransformer
from vit_tutorial.saving import save_model
from vit_tutorial.tensor_checks import check_images

FOLDER = resources.files("vit_tutorial") / "assets" / "live_vit"
PARTS = ("interface.css", "vit.js", "bench.js", "words.js", "interface.js")
COMMENT = re.compile(r"^\s+|\s*// .*$", re.MULTILINE)  # and indentation: a notebook keeps what the page needs
LIMIT = 4_000_000  # characters of HTML: a notebook keeps them, and a browser computes all of the model at each tap


def live_vit(
    model: VisionTransformer,
    images: Tensor,
    labels: Sequence[int] | Tensor | None = None,
    classes: Sequence[str] | None = None,
) -> HTML:
    """Let a model run in the page: choose or draw a picture, look at its attention, hide patches, take a tour.

    Everything is in the HTML, weights in half precision, so that it works without a network in the built book, in
    JupyterLab and in Colab. The forward pass is `assets/live_vit/vit.js`.

    Args:
        model: a `VisionTransformer` of one or three channels, such as you have trained.
        images: pictures to choose from, shape (N, C, H, W), from -1 (black) to 1.
        labels: the right class of each, N whole numbers; None: not known.
        classes: the K names; None: those that `model.classes` has, or numbers.

    Raises:
        TypeError: `model` is no `VisionTransformer`, or `images` no tensor.
        ValueError: images, labels or classes do not fit the model, or the model is too large for a page.
    """
    if not isinstance(model, VisionTransformer):
        raise TypeError(
            f"model must be a VisionTransformer of vit_tutorial, got {type(model).__name__}. "
            "Pour the weights of another library over first, with pretrained.from_timm or from_torchvision."
        )
    data = _data(model, images, labels, classes)
    html = assemble(FOLDER, PARTS, data, images[0])
    if len(html) > LIMIT:
        number = sum(p.numel() for p in model.parameters())
        raise ValueError(
            f"this model and its images make {len(html) / 1e6:.1f} MB of HTML, from {number:,} parameters; a page "
            f"holds {LIMIT / 1e6:.0f} MB, about 1.4 million parameters. Show a smaller model, or fewer images."
        )
    return HTML(html)


def assemble(frame: Traversable, parts: Sequence[str], data: dict[str, Any], still: Tensor) -> str:
    """The frame with code, data and the picture that stands for them where no script runs."""
    html = (frame / "frame.html").read_text("utf8")
    for part in parts:
        place = frame if (frame / part).is_file() else FOLDER
        html = html.replace("{{" + part + "}}", COMMENT.sub("", (place / part).read_text("utf8")).strip())
    height, width = still.shape[1:]
    html = html.replace("{{still}}", _bitmap(still))
    html = html.replace("{{width}}", str(8 * width)).replace("{{height}}", str(8 * height))
    return html.replace("{{data}}", json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))


def _data(model: VisionTransformer, images: Tensor, labels: Any, classes: Any) -> dict[str, Any]:
    """What the page gets besides its code."""
    check_images(images)
    config = model.config
    size = check_image_size(config.image_size)
    if (
        tuple(images.shape[1:]) != (config.in_channels, *size)
        or config.in_channels not in (1, 3)
        or not len(images)
    ):
        raise ValueError(
            f"images must have shape (N, {config.in_channels}, {size[0]}, {size[1]}), as this model takes them, with "
            f"one or three channels and at least one image, got {tuple(images.shape)}."
        )
    labels = None if labels is None else [int(label) for label in labels]
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"labels must be {len(images)}, one for each image, got {len(labels)}.")
    classes = getattr(model, "classes", None) if classes is None else classes
    return {
        "images": [pixels_text(image) for image in images],
        "shape": list(images.shape[1:]),
        "labels": labels,
        "classes": None if classes is None else list(classes),
        "weights": text(_file(model, classes)),
    }


def _file(model: VisionTransformer, classes: Sequence[str] | None) -> bytes:
    """What `save_model` writes, in half precision."""
    with tempfile.TemporaryDirectory() as folder:
        path = save_model(copy.deepcopy(model).half(), Path(folder) / "model.safetensors", classes)
        return sorted_head(path.read_bytes())


def sorted_head(content: bytes) -> bytes:
    """A safetensors file whose head is sorted: the same weights give the same bytes."""
    end = 8 + int.from_bytes(content[:8], "little")
    head = json.dumps(json.loads(content[8:end]), sort_keys=True).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + content[end:]


def image_bytes(image: Tensor) -> Tensor:
    """From -1 … 1 to whole numbers from 0 to 255, of the same shape."""
    return ((image.detach().cpu() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def pixels_text(image: Tensor) -> str:
    """An image's bytes, channel by channel and row by row, as base64."""
    return text(bytes(image_bytes(image).flatten().tolist()))


def _bitmap(image: Tensor) -> str:
    """A picture as a BMP, which needs no compression: the same bytes with every version of every library."""
    pixels = image_bytes(image).expand(3, -1, -1).flip(0).permute(1, 2, 0).flip(0)  # (H, W, BGR), from below
    height, width, _ = pixels.shape
    rows = b"".join(bytes(row.flatten().tolist()) + bytes(-3 * width % 4) for row in pixels)
    head = struct.pack(
        "<2sIIIIiiHHIIiiII", b"BM", 54 + len(rows), 0, 54, 40, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0
    )
    return f"data:image/bmp;base64,{text(head + rows)}"


def text(content: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(content).decode()
