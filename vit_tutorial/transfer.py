"""Chapter 7: reuse a trained model: freeze parts of it, give it a new head, train gently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from vit_tutorial.checks import check_above_zero, check_positive
from vit_tutorial.model import VisionTransformer


def freeze(model: nn.Module, except_: str | Sequence[str] = ()) -> nn.Module:
    """Let only the named parts of a model learn.

    Afterwards exactly the parameters inside these parts have `requires_grad=True`,
    whatever they had before. Freezing changes no mode: dropout of a frozen part still
    drops in `train()`, and BatchNorm still gathers its averages.

    Args:
        model: changed in place; gradients left in frozen parameters are removed.
        except_: names as in `model.named_parameters()`, of parts or of parameters: such
            as "head", or ("head", "encoder.blocks.11"). Without any, all is frozen.

    Returns:
        The same model.

    Raises:
        ValueError: a name fits no parameter; the message lists the model's parts.
    """
    names = (except_,) if isinstance(except_, str) else tuple(except_)
    parameters = dict(model.named_parameters())
    for name in names:
        if not any(_lies_in(parameter, name) for parameter in parameters):
            parts = ", ".join(child for child, _ in model.named_children())
            raise ValueError(
                f"except_ names {name!r}, but no parameter lies there. Parts of the "
                f"model: {parts}; model.named_parameters() lists all names."
            )
    for name, parameter in parameters.items():
        learns = any(_lies_in(name, part) for part in names)
        parameter.requires_grad_(learns)
        if not learns:
            parameter.grad = None  # an optimizer would go on using it
    return model


def replace_head(
    model: VisionTransformer, num_classes: int, classes: Sequence[str] | None = None
) -> VisionTransformer:
    """Give a model a new head for other classes; the rest stays as it is.

    The new head starts from zero: all classes are equally likely, and the backbone's
    gradient starts from zero, too. It learns, even where the old head was frozen. An
    optimizer made before does not know it.

    Args:
        model: changed in place, its `config` included, and returned.
        num_classes: K, the number of classes.
        classes: their K names, kept as `model.classes`; None: it has none.

    Raises:
        TypeError: `model` is no `VisionTransformer`, or K or `classes` are of a wrong type.
        ValueError: K is smaller than 1, or there are not K names.

    Source:
        Dosovitskiy et al. 2021, section 3.2.
    """
    if not isinstance(model, VisionTransformer):
        raise TypeError(
            f"model must be a VisionTransformer, got {type(model).__name__}. In another "
            "model, set its last linear layer yourself."
        )
    check_positive(num_classes, "num_classes")
    if isinstance(classes, str):
        raise TypeError(
            f"classes must be a list of names, got the text {classes!r}. One class: "
            f"[{classes!r}]."
        )
    if classes is not None and len(classes) != num_classes:
        raise ValueError(
            f"num_classes is {num_classes}, but there are {len(classes)} names in "
            "classes. Give one name for each class."
        )
    old = model.head.weight
    model.head = nn.Linear(
        model.config.embed_dim, num_classes, device=old.device, dtype=old.dtype
    ).train(model.training)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    model.config = replace(model.config, num_classes=num_classes)
    model.classes = None if classes is None else tuple(classes)
    return model


def parameter_groups(
    model: VisionTransformer, learning_rate: float, backbone: float = 0.1
) -> list[dict[str, Any]]:
    """Two groups of parameters for an optimizer: the head, and the rest at a lower rate.

    Args:
        model: parameters that are frozen are left out.
        learning_rate: of the head.
        backbone: the rate of the rest, as a share of the head's.

    Returns:
        What a `torch.optim` optimizer takes in place of the parameters; the head comes
        first. A group without a parameter that learns is not there.

    Raises:
        TypeError, ValueError: a rate is no number above zero.
        ValueError: no parameter learns, or there is no head.
    """
    check_above_zero(learning_rate, "learning_rate", "Try 1e-3.")
    way_out = "To keep the backbone as it is, use freeze(model, except_='head')."
    check_above_zero(backbone, "backbone", way_out)
    if not any(_lies_in(name, "head") for name, _ in model.named_parameters()):
        raise ValueError(
            f"{type(model).__name__} has no parameters in model.head, so that all would "
            "learn at the backbone's rate. Give the optimizer groups of your own."
        )
    groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups[_lies_in(name, "head")].append(parameter)
    rates = {True: learning_rate, False: learning_rate * backbone}
    found = [{"params": groups[i], "lr": rates[i]} for i in (True, False) if groups[i]]
    if not found:
        raise ValueError(
            "no parameter of the model learns. Let one: freeze(model, except_='head'), "
            "or model.requires_grad_(True) for all."
        )
    return found


def _lies_in(parameter: str, part: str) -> bool:
    """Whether a parameter's name is a part's, or begins with it."""
    return parameter == part or parameter.startswith(f"{part}.")
