"""A folder of photos: files that can't be read are named when it is opened, not in the third epoch."""

import os
from pathlib import Path

import numpy as np
import pytest
from class_folders import open_it
from PIL import Image


def spoil(path: Path, how: str) -> None:
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "text": b"hello", "half": whole[: len(whole) // 2]}[how])


@pytest.mark.parametrize("how", ["empty", "text", "half"])
@pytest.mark.parametrize("name", ["cat/03.png", "horse/photo.jpg"])
def test_a_file_that_is_no_whole_image_is_named_at_once(name, how, flat):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(flat / name)
    open_it(flat)
    spoil(flat / name, how)
    with pytest.raises(ValueError, match=rf"1 of 3[56] images can't be used.*\n{flat / name} "):
        open_it(flat)


def test_all_broken_files_are_counted_and_ten_named(flat):
    for number in range(12):
        spoil(flat / f"cat/{number:02}.png", "half")
    with pytest.raises(ValueError, match="12 of 35 images") as caught:
        open_it(flat)
    assert str(caught.value).count(".png ") == 10 and str(caught.value).endswith("… and 2 more.")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_breaks_later_is_named_too(workers, flat):
    loaders = open_it(flat, check=False, num_workers=workers)
    for path in flat.glob("cat/*.png"):
        spoil(path, "half")
    with pytest.raises(ValueError, match=rf"{flat}/cat/\d\d\.png is no image"):
        list(loaders.test)


def test_broken_link_is_named(flat):
    (flat / "cat" / "link.png").symlink_to(flat / "nowhere.png")
    with pytest.raises(ValueError, match=r"cat/link\.png"):
        open_it(flat)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_among_the_photos_is_named_and_not_waited_for(flat):
    os.mkfifo(flat / "cat" / "pipe.png")
    with pytest.raises(ValueError, match=r"pipe\.png is no file \(a pipe or a device\)"):
        open_it(flat)


def test_a_picture_of_too_many_pixels_is_no_bomb(flat, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # instead of a picture of 13,000 × 13,000
    Image.new("L", (11, 10)).save(flat / "cat" / "large.png")
    with (
        pytest.warns(Image.DecompressionBombWarning),
        pytest.raises(ValueError, match="it has 12×10 pixels, too many"),
    ):
        open_it(flat)
