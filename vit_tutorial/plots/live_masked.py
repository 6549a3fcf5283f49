"""A masked autoencoder that runs in the page: a slider says how much it may not see."""

import copy
import json
from dataclasses import asdict
from importlib import resources

from IPython.display import HTML
from safetensors.torch import save
from torch import Tensor

from vit_tutorial.masked_autoencoder import MaskedAutoencoder
from vit_tutorial.plots.live import assemble, pixels_text, sorted_head, text
from vit_tutorial.tensor_checks import check_images

FOLDER = resources.files("vit_tutorial") / "assets" / "live_masked"
PARTS = ("interface.css", "masked.css", "vit.js", "bench.js", "words.js", "masked.js", "slider.js")


def live_masked(model: MaskedAutoencoder, images: Tensor, mean: Tensor) -> HTML:
    """Let a masked autoencoder guess in the page, beside the blindest guess.

    As for `live_vit`, everything is in the HTML, weights in half precision.

    Args:
        model: of grey images, without a class token, that guesses raw pixels.
        images: pictures to choose from, shape (N, 1, H, W), from -1 to 1.
        mean: the mean of the training images, shape (1, H, W): what is guessed without looking.

    Raises:
        ValueError: the model normalises its targets or has a class token, or a shape does not fit.
    """
    config = model.vit.config
    if model.normalize or config.pooling == "cls" or config.in_channels != 1:
        raise ValueError(
            "the page shows models with normalize=False, pooling='mean' and one channel, got "
            f"normalize={model.normalize}, pooling={config.pooling!r}, in_channels={config.in_channels}."
        )
    check_images(images)
    shape = (1, *model.vit.embeddings.image_size)
    if tuple(images.shape[1:]) != shape or tuple(mean.shape) != shape:
        raise ValueError(
            f"images must have shape (N, 1, {shape[1]}, {shape[2]}) and mean one less, got {tuple(images.shape)} "
            f"and {tuple(mean.shape)}."
        )
    data = {
        "images": [pixels_text(image) for image in images],
        "mean": pixels_text(mean),
        "shape": list(shape),
        "weights": text(_file(model)),
    }
    return HTML(assemble(FOLDER, PARTS, data, images[0]))


def _file(model: MaskedAutoencoder) -> bytes:
    """The weights in half precision, and the sizes that they do not say."""
    blocks = model.decoder.blocks
    decoder = {"decoder_depth": len(blocks), "decoder_heads": blocks[0].attention.num_heads}
    config = {"config": json.dumps(asdict(model.vit.config) | decoder)}
    weights = {name: w.contiguous() for name, w in copy.deepcopy(model).cpu().half().state_dict().items()}
    return sorted_head(save(weights, config))
