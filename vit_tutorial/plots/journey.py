"""The whole way of one image through a model, drawn from the model's own numbers."""

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from torch import Tensor

from vit_tutorial.model import VisionTransformer
from vit_tutorial.plots.images import show_image
from vit_tutorial.plots.style import COLORS, WIDTH
from vit_tutorial.tensor_checks import check_images


def model_journey(model: VisionTransformer, image: Tensor) -> dict[str, Axes]:
    """Draw an image on its way through a model: patches, tokens, the encoder's output, logits.

    Args:
        model: with a class token, and the names of its classes if it has some.
        image: shape (1, C, H, W), from -1 to 1.

    Returns:
        The axes by name: image, patches, tokens, encoder, output, logits.

    Raises:
        ValueError: `image` is not one image, or the model has no class token.
    """
    check_images(image)
    if len(image) != 1 or model.config.pooling != "cls":
        raise ValueError(
            "model_journey draws one image through a model with a class token, "
            f"got {len(image)} images and pooling={model.config.pooling!r}."
        )
    with torch.no_grad():
        tokens = model.embeddings(image)[0]  # (T, D)
        output = model.encoder(tokens[None])[0]  # (T, D)
        logits = model.head(output[0])  # (K)
    figure = plt.figure(figsize=(WIDTH, 7.0))
    rows = [["image", "patches"], ["tokens"] * 2, ["encoder"] * 2, ["output"] * 2, ["logits"] * 2]
    axes = figure.subplot_mosaic(rows, height_ratios=(5, 2.2, 1.1, 2.2, 5.5))
    show_image((image[0] + 1) / 2, axes["image"])
    axes["patches"].imshow(_apart((image[0] + 1) / 2, model.config.patch_size).numpy())
    for name, sequence in (("tokens", tokens), ("output", output)):
        axes[name].imshow(sequence.T.numpy(), cmap="cividis", aspect="auto", interpolation="none")
        axes[name].axvline(0.5, color="white", lw=3)  # behind the class token
    _box(axes["encoder"], f"{model.config.depth} encoder blocks, LayerNorm")
    _bars(axes["logits"], logits, getattr(model, "classes", None))
    _titles(axes, image, tokens, model.config.patch_size, len(logits))
    return axes


def _apart(image: Tensor, patch_size: int) -> Tensor:
    """The patches a pixel apart, the gaps transparent: (C, H, W) -> (rows, columns, 4)."""
    rgb = image.clamp(0, 1).expand(3, -1, -1)
    opaque = torch.cat([rgb, torch.ones_like(rgb[:1])])
    patches = opaque.unfold(1, patch_size, patch_size).unfold(2, patch_size, patch_size)  # (4, h, w, P, P)
    padded = torch.nn.functional.pad(patches, (0, 1, 0, 1))  # (4, h, w, P + 1, P + 1)
    return padded.permute(1, 3, 2, 4, 0).flatten(2, 3).flatten(0, 1)[:-1, :-1]


def _box(ax: Axes, text: str) -> None:
    ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes)
    ax.spines[:].set_visible(True)


def _bars(ax: Axes, logits: Tensor, names: list[str] | None) -> None:
    """The logits, the largest in another colour."""
    bars = ax.barh(range(len(logits)), logits.tolist(), color=COLORS[0])
    bars[int(logits.argmax())].set_color(COLORS[1])
    ax.axvline(0, color="black", lw=0.8)
    ax.set_yticks(range(len(logits)), names or range(len(logits)))
    ax.invert_yaxis()


def _titles(axes: dict[str, Axes], image: Tensor, tokens: Tensor, patch_size: int, classes: int) -> None:
    """What each part is, with its shape."""
    count, width = tokens.shape
    axes["image"].set_title(f"image {tuple(image.shape[1:])}")
    axes["patches"].set_title(f"→ patches {(count - 1, image.shape[1] * patch_size**2)}")
    axes["tokens"].set_title(f"↓ class token, patches: {(count, width)}")
    axes["output"].set_title(f"↓ {(count, width)}")
    axes["logits"].set_title(f"↓ head, class token alone: ({classes},)")
    for name in ("image", "patches", "tokens", "encoder", "output"):
        axes[name].set(xticks=[], yticks=[])
    for name in ("image", "patches", "tokens", "output"):
        axes[name].spines[:].set_visible(False)
    axes["encoder"].set_title("↓")
