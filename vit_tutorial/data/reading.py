"""An image of any kind, turned into what a model reads: upright, in 8-bit colours."""

import os
from collections.abc import Sequence
from functools import cache
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from vit_tutorial.checks import check_choice

# What is tried on a file, whatever its suffix: no PostScript, no film, no PDF.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")
TRANSPARENT = ("RGBA", "LA", "PA", "RGBa")


@cache
def formats() -> tuple[str, ...]:
    """Those of the formats that the installed Pillow can read."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


@cache
def suffixes() -> frozenset[str]:
    """The suffixes of these formats, in lower case."""
    known = Image.registered_extensions()
    return frozenset(suffix for suffix, name in known.items() if name in formats())


def read_image(source: str | Path | Image.Image, mode: str = "RGB") -> Image.Image:
    """Read an image as people see it: upright, 8 bits a channel, nothing transparent.

    A photo is rotated as its EXIF data say, 16-bit grey levels are scaled to 8 bits,
    CMYK and palettes become RGB, transparent pixels are shown over white, and of an
    animation the first frame counts. Colour profiles are not applied.

    Args:
        source: a file, or an image that Pillow has opened.
        mode: "RGB" for a model of three channels, "L" (grey) for one of one channel.

    Returns:
        A new image in that mode.

    Raises:
        FileNotFoundError: there is no such file.
        TypeError: `source` is neither a path nor a Pillow image.
        ValueError: the file is no image, a damaged one, or its pixels have no known
            range; the message names the file.
    """
    check_choice(mode, "mode", ("RGB", "L"))
    if isinstance(source, Image.Image):
        return _named(source, getattr(source, "filename", "") or "the image", mode)
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            f"an image must be a path or PIL.Image.Image, got {type(source).__name__}. "
            "Image.fromarray(...) makes one from an array."
        )
    with Path(source).open("rb") as file:
        return _named(file, source, mode)


def _named(source: Image.Image | BinaryIO, name: str | Path, mode: str) -> Image.Image:
    """Convert an open file or image; whatever goes wrong names the file."""
    try:
        if isinstance(source, Image.Image):
            return _convert(source, mode)
        with Image.open(source, formats=formats()) as image:
            return _convert(image, mode)
    except UnidentifiedImageError as error:
        reason = f"it is cut off, or none of {', '.join(formats())}"
        if not os.fstat(source.fileno()).st_size:
            reason = "it has 0 bytes"
        raise ValueError(f"{name} is no image: {reason}.") from error
    except Exception as error:  # Pillow's decoders raise errors of a dozen kinds
        raise ValueError(f"{name} can't be read as an image: {error}") from error


def _convert(image: Image.Image, mode: str) -> Image.Image:
    """The first frame, upright and in the given mode."""
    if image.width * image.height > Image.MAX_IMAGE_PIXELS:
        raise ValueError(f"it has {image.width}×{image.height} pixels, too many: make it smaller.")
    image.getexif()  # older Pillow reads it from the file, which `load` closes
    image.load()
    old = image.mode == "I" and image.format in ("PNG", "PPM")  # of an older Pillow
    deep = image.mode in SIXTEEN_BITS or old
    if image.mode.startswith(("I", "F")) and not deep:
        raise ValueError(f"its pixels (mode {image.mode}) have no known range: save it with 8 bits.")
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        image = ImageOps.exif_transpose(image)
    if deep:
        image = _eight_bits(image)
    if image.mode in TRANSPARENT or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey levels of 0 to 65535 as 0 to 255: 65535 / 255 = 257."""
    # In this machine's byte order: numpy 2.1 crashes on `>u2` array == -1.
    values = np.asarray(image).astype(np.int32)
    levels = np.rint(values / 257).astype(np.uint8)
    levels[values == image.info.get("transparency", -1)] = 255  # over white
    return Image.fromarray(levels)


def find_images(names: Sequence[str]) -> list[str]:
    """Files as they are; of a folder the images in it, of a pattern (such as "photos/*.jpg") what fits it."""
    files = []
    for name in names:
        found = [name]
        if Path(name).is_dir():
            found = sorted(str(path) for path in Path(name).rglob("*") if path.suffix.lower() in suffixes())
        elif not Path(name).exists() and has_magic(name):
            found = sorted(glob(name, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
        if not found:
            raise ValueError(f"there are no images in {name}.")
        files += found
    return files
