"""Images of every kind come out upright, in 8 bits, over white."""

import struct

import numpy as np
import pytest
from handmade_png import png
from PIL import Image, ImageOps

from vit_tutorial.data import read_image

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
ORIENTATION = 0x0112


def grey(image: Image.Image) -> np.ndarray:
    """The levels of an RGB image whose channels are equal."""
    pixels = np.asarray(image)
    assert image.mode == "RGB" and (pixels == pixels[..., :1]).all()
    return pixels[..., 0]


def test_rgb_file_is_left_as_it_is(photo, tmp_path):
    photo.save(tmp_path / "a.PNG")
    for source in (tmp_path / "a.PNG", str(tmp_path / "a.PNG"), photo):
        image = read_image(source)
        assert type(image) is Image.Image and image.mode == "RGB"
        assert np.array_equal(np.asarray(image), np.asarray(photo))


def test_what_comes_out_is_not_what_went_in(photo):
    read_image(photo).paste("red", (0, 0, 9, 9))
    assert photo.getpixel((0, 0)) != (255, 0, 0)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_levels_in_both_modes(mode, tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "ramp.png")
    image = read_image(tmp_path / "ramp.png", mode)
    assert image.mode == mode
    assert np.array_equal(np.asarray(image.convert("L")), RAMP)


def test_grey_of_a_photo_is_pillow_s(photo):
    assert np.array_equal(np.asarray(read_image(photo, "L")), np.asarray(photo.convert("L")))


@pytest.mark.parametrize("suffix", ["png", "tiff", "pgm"])
def test_16_bit_gradient_is_the_same_gradient_in_8_bits(suffix, tmp_path):
    deep = RAMP.astype(np.uint16) * 257
    if suffix == "pgm":  # older versions of Pillow read it, but don't write it
        (tmp_path / "deep.pgm").write_bytes(b"P5 16 16 65535\n" + deep.astype(">u2").tobytes())
    else:
        Image.fromarray(deep).save(tmp_path / f"deep.{suffix}")
    assert np.array_equal(grey(read_image(tmp_path / f"deep.{suffix}")), RAMP)


def test_16_bits_are_rounded(tmp_path):
    levels = np.array([[0, 128, 129, 385, 386, 65406, 65407, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "deep.png")
    assert grey(read_image(tmp_path / "deep.png")).tolist() == [[0, 0, 1, 1, 2, 254, 255, 255]]


def test_16_bits_of_another_byte_order():
    image = Image.frombytes("I;16B", (16, 16), (RAMP.astype(">u2") * 257).tobytes())
    assert np.array_equal(grey(read_image(image)), RAMP)


def test_16_bit_colours(tmp_path):
    rows = b"".join(b"\0" + struct.pack(">6H", 257 * i, 0, 65535, 65535, 257 * i, 0) for i in range(256))
    image = read_image(png(tmp_path / "deep.png", 2, 256, bytes([16, 2, 0, 0, 0]), rows))
    expected = [[[i, 0, 255], [255, i, 0]] for i in range(256)]
    assert np.asarray(image).tolist() == expected


def test_16_bit_grey_that_is_transparent(tmp_path):
    rows = b"\0" + struct.pack(">3H", 0, 1000 * 257 // 10, 65535)
    key = (b"tRNS", struct.pack(">H", 0))
    image = read_image(png(tmp_path / "deep.png", 3, 1, bytes([16, 0, 0, 0, 0]), rows, key))
    assert grey(image).tolist() == [[255, 100, 255]]


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
def test_photo_is_turned_upright(turn, suffix, photo, tmp_path):
    stored = {
        1: photo,
        2: ImageOps.mirror(photo),
        3: photo.rotate(180),
        4: ImageOps.flip(photo),
        5: photo.transpose(Image.Transpose.TRANSPOSE),
        6: photo.rotate(90, expand=True),
        7: photo.transpose(Image.Transpose.TRANSVERSE),
        8: photo.rotate(-90, expand=True),
    }[turn]
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}.get(suffix, {})
    stored.save(tmp_path / f"photo.{suffix}", exif=exif, **options)
    image = read_image(tmp_path / f"photo.{suffix}")
    assert image.size == photo.size
    difference = np.abs(np.asarray(image).astype(int) - np.asarray(photo))
    assert difference.mean() < (0.7 if suffix == "jpg" else 1e-9)
    opened = Image.open(tmp_path / f"photo.{suffix}")
    assert np.array_equal(np.asarray(read_image(opened)), np.asarray(image))
    assert np.array_equal(np.asarray(read_image(image)), np.asarray(image))  # not turned twice


def test_deep_photo_is_turned_too(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # stored lying on its left side
    lying = np.ascontiguousarray(np.rot90(RAMP[:10]).astype(np.uint16) * 257)
    Image.fromarray(lying).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(grey(read_image(tmp_path / "a.png")), RAMP[:10])


def test_cmyk_is_the_same_photo(photo, tmp_path):
    photo.convert("CMYK").save(tmp_path / "print.jpg", quality=95, subsampling=0)
    assert Image.open(tmp_path / "print.jpg").mode == "CMYK"
    difference = np.abs(np.asarray(read_image(tmp_path / "print.jpg")).astype(int) - np.asarray(photo))
    assert difference.mean() < 2


@pytest.mark.parametrize(
    ("mode", "stored", "shown"),
    [
        ("RGBA", [200, 0, 0, 255, 200, 0, 0, 0, 0, 0, 0, 102], [[200, 0, 0], [255] * 3, [153] * 3]),
        ("LA", [9, 255, 9, 0, 0, 102], [[9] * 3, [255] * 3, [153] * 3]),
    ],
)
def test_transparent_pixels_are_shown_over_white(mode, stored, shown, tmp_path):
    Image.frombytes(mode, (3, 1), bytes(stored)).save(tmp_path / "a.png")
    assert Image.open(tmp_path / "a.png").mode == mode
    assert np.asarray(read_image(tmp_path / "a.png")).tolist() == [shown]
    assert read_image(tmp_path / "a.png", "L").getpixel((1, 0)) == 255


@pytest.mark.parametrize(
    ("suffix", "mode", "key"),
    [
        ("png", "P", 1),
        ("gif", "P", 1),
        ("png", "P", b"\xff\x00\x66"),  # the opacity of each colour
        ("png", "L", 10),
        ("png", "RGB", (0, 10, 0)),
    ],
)
def test_transparent_colours_of_palettes_and_keys(suffix, mode, key, tmp_path):
    if mode == "P":
        image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
        image.putpalette([200, 0, 0, 0, 10, 0, 0, 0, 0])
        expected = [[200, 0, 0], [255] * 3, [153] * 3 if isinstance(key, bytes) else [0, 0, 0]]
    else:
        image = Image.frombytes("L", (3, 1), bytes([0, 10, 0]))
        image = (
            image
            if mode == "L"
            else Image.merge("RGB", [image.point(lambda _: 0), image, image.point(lambda _: 0)])
        )
        expected = [[0] * 3, [255] * 3, [0] * 3]
    image.save(tmp_path / f"a.{suffix}", transparency=key)
    assert np.asarray(read_image(tmp_path / f"a.{suffix}")).tolist() == [expected]


def test_palette_and_black_and_white(photo, tmp_path):
    few = photo.quantize(64)
    few.save(tmp_path / "few.png")
    assert np.array_equal(np.asarray(read_image(tmp_path / "few.png")), np.asarray(few.convert("RGB")))
    Image.fromarray(RAMP > 99).save(tmp_path / "two.png")
    assert np.array_equal(grey(read_image(tmp_path / "two.png")), (RAMP > 99) * 255)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tiff"])
def test_first_frame_of_an_animation(suffix, tmp_path):
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "lime", "blue")]
    options = {"webp": {"lossless": True}}.get(suffix, {})
    frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:], **options)
    assert Image.open(tmp_path / f"a.{suffix}").n_frames == 3
    image = read_image(tmp_path / f"a.{suffix}")
    assert image.size == (4, 3) and image.getcolors() == [(12, (255, 0, 0))]
