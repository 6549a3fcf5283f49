"""What exercise 07.3 sees of a prediction: what the model got, how it was called, what came back, how it was left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from vit_tutorial.exercises.transfer.facts import HEIGHT, WIDTH, small_vit
from vit_tutorial.model import VisionTransformer

SCALES = {  # a pixel from 0 to 255, times this, plus that
    "from -1 to 1": (1 / 127.5, -1),
    "from 0 to 1": (1 / 255, 0),
    "from 0 to 255": (1, 0),
    "from 0 to 2": (1 / 127.5, 0),
}


def some_pixels(count: int, seed: int) -> Tensor:
    """Bytes, shape (B, H, W): none is 0 or 255, each image is as bright as no other."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(20, 130, (count, HEIGHT, WIDTH), generator=generator)
    brightness = torch.linspace(1, 1.9, count)[:, None, None]
    return (images * brightness).byte()


def run_prediction(answer: Callable[..., Any], pixels: Tensor, mode: str) -> Any:
    """What the model got and how it was called, what came back, and how it was left."""
    images, logits, facts = [], [], {"axis": "right", "mode": "eval"}
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model = small_vit().train(mode == "train")
        before = {name: p.clone() for name, p in model.state_dict().items()}
        _watch_inputs(model, images, facts)
        model.head.register_forward_hook(lambda _, __, output: logits.append(output))
        output = answer(model, pixels)
    if output is None or output is ...:
        return output
    facts["pixels"] = _scale(torch.cat(images), pixels) if images else "none"
    facts["gradients"] = "on" if any(x.requires_grad for x in logits) else "off"
    facts["left"] = _left(model, mode)
    same = all(torch.equal(p, before[name]) for name, p in model.state_dict().items())
    frozen = not all(p.requires_grad for p in model.parameters())
    facts["weights"] = "frozen" if frozen else "as they were" if same else "changed"
    facts["output"] = _output(output, torch.cat(logits)) if logits else "other"
    return facts


def _watch_inputs(model: VisionTransformer, images: list, facts: dict) -> None:
    """Keep the images that a model gets, and what is odd about them.

    Pixels of a wrong shape or type are put right on the way: the rest can be judged, too.
    """

    def before(embeddings: nn.Module, inputs: tuple[Any]) -> Any:
        if not isinstance(inputs[0], Tensor) or inputs[0].numel() % (HEIGHT * WIDTH):
            return None
        if inputs[0].ndim != 4:
            facts["axis"] = "missing"
        elif inputs[0].shape[1:] != (1, HEIGHT, WIDTH):
            facts["axis"] = "misplaced"
        images.append(inputs[0].reshape(-1, 1, HEIGHT, WIDTH).float())
        return (images[-1],)

    def mode(
        model: nn.Module, inputs: tuple[Any]
    ) -> None:  # the one that is asked, which may be a copy
        if any(module.training for module in model.modules()):
            facts["mode"] = "train"

    model.register_forward_pre_hook(mode)
    model.embeddings.register_forward_pre_hook(before)


def _left(model: nn.Module, mode: str) -> str:
    """In which mode the model is left, with all of its layers."""
    modes = {module.training for module in model.modules()}
    if modes == {mode == "train"}:
        return "as it was"
    if len(modes) > 1:
        return "in two modes"
    return "in train mode" if True in modes else "in eval mode"


def _scale(seen: Tensor, pixels: Tensor) -> str:
    """What became of the pixels, from 0 to 255, on the way to the model, which got as many values."""
    x, y = pixels.double().flatten(), seen.detach().double().flatten()
    if len(x) != len(y):
        return "other images"
    for name, (times, plus) in SCALES.items():
        if torch.allclose(y, times * x + plus, rtol=0, atol=1e-4):
            return name
    if len(y.unique()) <= 4:
        return "rounded"
    deviations = x - x.mean(), y - y.mean()
    slope = (deviations[0] * deviations[1]).mean() / deviations[0].square().mean()
    if torch.allclose(deviations[1], slope * deviations[0], rtol=0, atol=1e-3):
        return "inverted" if slope < 0 else "other numbers"
    same = all(y[x == value].std(correction=0) < 1e-3 for value in x.unique())
    return "wrapped" if same else "each image by itself"


def _output(output: Any, logits: Tensor) -> str:
    """What an answer made of the logits, shape (B, K)."""
    if not isinstance(output, Tensor):
        return "no tensor"
    output, logits = output.detach().double(), logits.detach().double()
    kinds = {
        "probabilities": logits.softmax(dim=-1),
        "classes": logits.argmax(dim=-1).double(),
        "over the images": logits.softmax(dim=0),
        "logits": logits,
        "logarithms": logits.log_softmax(dim=-1),
        "sigmoid": logits.sigmoid(),
    }
    for kind, values in kinds.items():
        same_shape = output.shape == values.shape
        if same_shape and torch.allclose(output, values, rtol=0, atol=1e-4):
            return kind
    return "other"
