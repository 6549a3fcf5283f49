"""Checks of arguments that several modules share: each error names value and way out."""

from operator import index

# These run in forward passes, where `isinstance(x, int | float)` stops PyTorch 2.9's
# torch.compile and torch.export: so types stand in tuples here.


def check_positive(value: int, name: str) -> int:
    """Return a whole number of at least 1 as an int, or raise a TypeError or ValueError."""
    return _whole(value, name, least=1)


def check_not_negative(value: int, name: str) -> int:
    """Return a whole number of at least 0 as an int; errors as `check_positive`."""
    return _whole(value, name, least=0, way_out=" Use 0 for none.")


def check_share(value: float, name: str, meaning: str, way_out: str) -> float:
    """Return a share, at least 0 and below 1; the two texts go into the message."""
    _check_number(value, name, "in [0, 1)")
    if not 0 <= value < 1:
        raise ValueError(
            f"{name} must lie in [0, 1): {meaning}, got {value}. {way_out}"
        )
    return value


def check_rate(value: float, name: str) -> float:
    """Return a dropout rate; errors as `check_share`."""
    meaning = "the share of values that are set to zero in training"
    return check_share(value, name, meaning, "Use 0.0 for no dropout.")


def check_above_zero(value: float, name: str, way_out: str) -> float:
    """Return a finite number greater than zero; errors as `check_positive`."""
    _check_number(value, name, "greater than 0")
    if not 0 < value < float("inf"):
        raise ValueError(
            f"{name} must be finite and greater than 0, got {value}. {way_out}"
        )
    return value


def check_eps(value: float, name: str) -> float:
    """Return the epsilon of a LayerNorm; errors as `check_above_zero`."""
    return check_above_zero(value, name, "The paper's authors use 1e-6.")


def check_choice(value: str, name: str, known: tuple[str, ...]) -> str:
    """Return a word out of a few known ones; a ValueError lists them."""
    if value not in known:
        listed = ", ".join(repr(word) for word in known)
        raise ValueError(f"{name} must be one of {listed}, got {value!r}.")
    return value


def check_heads(embed_dim: int, num_heads: int) -> int:
    """Return the width of one head, D_h = D/h, if h divides D."""
    d = check_positive(embed_dim, "embed_dim")
    h = check_positive(num_heads, "num_heads")
    if d % h != 0:
        raise ValueError(
            f"num_heads {h} does not divide embed_dim {d}: the heads share the width "
            f"equally. Choose an embed_dim of {(d // h + 1) * h}, or another num_heads."
        )
    return d // h


def check_pair(
    value: int | tuple[int, int], name: str, axes: str = "(rows, columns)"
) -> tuple[int, int]:
    """Return a pair of whole numbers from a pair, or from one number for both."""
    if not isinstance(value, (tuple, list)):
        side = check_positive(value, name)
        return side, side
    if len(value) != 2:
        raise ValueError(
            f"{name} must be one int or a pair {axes}, got {tuple(value)}."
        )
    first, second = value
    return check_positive(first, f"{name}[0]"), check_positive(second, f"{name}[1]")


def check_image_size(image_size: int | tuple[int, int]) -> tuple[int, int]:
    """Return (H, W) in pixels from an int or a pair; errors as `check_pair`."""
    return check_pair(image_size, "image_size", "(H, W)")


def patch_grid(image_size: tuple[int, int], p: int) -> tuple[int, int]:
    """Return rows and columns of patches of side `p` in (H, W), if `p` divides both."""
    for name, side in zip(("height", "width"), image_size, strict=True):
        if side < p or side % p != 0:
            lower, upper = side // p * p, (side // p + 1) * p
            smaller = f"crop to {lower}, " if lower else ""
            raise ValueError(
                f"the image {name} {side} is not a multiple of patch_size {p}. "
                f"Make it one first: {smaller}pad or resize to {upper}, or choose "
                "another patch_size."
            )
    return image_size[0] // p, image_size[1] // p


def check_seed(seed: int) -> int:
    """Return a seed that all libraries accept, as an int; errors as `set_seed`."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be a whole number (int), got {seed!r}.")
    if not 0 <= index(seed) < 2**32:
        raise ValueError(f"seed must lie in [0, 2**32), got {seed}. Try 0.")
    return index(seed)


def _check_number(value: float, name: str, which: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(
            f"{name} must be a number {which}, got {value!r} of type "
            f"{type(value).__name__}."
        )


def _whole(value: int, name: str, least: int, way_out: str = "") -> int:
    try:
        number = index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(
            f"{name} must be a whole number (int), got {value!r} of type "
            f"{type(value).__name__}."
        )
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}.{way_out}")
    return number
