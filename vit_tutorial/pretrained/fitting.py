"""Compare a checkpoint with the layout that it must have, entry by entry."""

import re
from collections.abc import Mapping

from torch import Tensor

from vit_tutorial.pretrained.names import FEATURES, Row

Sizes = dict[str, int]  # the value of each symbol of the shapes: {"D": 768, "P": 16, …}


def fit(entries: Mapping[str, Tensor], rows: list[Row], source: str) -> Sizes:
    """The sizes of a checkpoint; a ValueError lists all that does not fit its layout."""
    expected = {row.theirs for row in rows}
    missing = [row.theirs for row in rows if row.theirs not in entries]
    unexpected = [name for name in entries if name not in expected]
    sizes, misshapen = _sizes(entries, rows)
    problems = {
        "features that it has and this model lacks": _features(unexpected),
        "missing entries": missing,
        "unexpected entries": unexpected,
        "entries of another shape": misshapen,
    }
    if not any(rest for key, rest in problems.items() if key != "missing entries") and headless(missing):
        raise ValueError(
            f"this {source} has no head, and a VisionTransformer needs one. Give it one of zeros, for K classes: "
            f"{' and '.join(f'state[{name!r}] = torch.zeros(…)' for name in missing)}, of the shapes (K, D) and (K,)."
        )
    lines = [f"\n- {key}: {_listed(names)}" for key, names in problems.items() if names]
    if lines:
        found = "".join(lines)
        raise ValueError(f"this {source} does not fit a VisionTransformer:{found}")
    return sizes


def headless(missing: list[str]) -> bool:
    """Whether nothing but a head is missing."""
    return bool(missing) and all(re.match(r"heads?[./]", name) for name in missing)


def _sizes(entries: Mapping[str, Tensor], rows: list[Row]) -> tuple[Sizes, list[str]]:
    """The value of each symbol, and the entries whose shapes contradict it."""
    sizes: Sizes = {}
    misshapen = []
    for row in (row for row in rows if row.theirs in entries):
        shape = tuple(getattr(entries[row.theirs], "shape", ("no tensor",)))
        if not _bind(sizes, row.shape, shape):
            wanted = ", ".join(_in_words(symbol, sizes) for symbol in row.shape)
            misshapen.append(f"{row.theirs} is {shape}, expected ({wanted})")
            half = (sizes.get("D"), sizes.get("M", 0) // 2)
            if row.ours.endswith("mlp.linear2.weight") and shape == half:
                misshapen[-1] += " (as in a gated MLP, SwiGLU)"
    return sizes, misshapen


def _bind(sizes: Sizes, symbols: tuple[str, ...], shape: tuple[int, ...]) -> bool:
    """Whether a shape agrees with the sizes known so far; unknown ones are learnt."""
    if len(shape) != len(symbols) or "no tensor" in shape:
        return False
    learnt = dict(sizes)
    for symbol, side in zip(symbols, shape, strict=True):
        factor, name = (3, symbol[1:]) if symbol.startswith("3") else (1, symbol)
        known = 1 if name == "1" else factor * learnt.setdefault(name, side // factor)
        if known != side or side == 0:
            return False
    sizes.update(learnt)
    return True


def _in_words(symbol: str, sizes: Sizes) -> str:
    if symbol == "1":
        return symbol
    factor, name = (3, symbol[1:]) if symbol.startswith("3") else (1, symbol)
    return f"{symbol} = {factor * sizes[name]}" if name in sizes else symbol


def _features(unexpected: list[str]) -> list[str]:
    """What the source has and our model lacks, as its names show it."""
    return [
        feature
        for pattern, feature in FEATURES.items()
        if any(re.search(pattern, name) for name in unexpected)
    ]


def _listed(names: list[str], most: int = 40) -> str:
    rest = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
