"""Folders that are allowed, and yet rarely what somebody meant, lead to a warning that names the files."""

import shutil
import warnings

import pytest
from class_folders import numbered, open_it, put


def test_a_test_image_that_was_trained_on(split):
    shutil.rmtree(split / "test")
    for name in ("cat", "horse"):
        put(split / "test" / name, numbered(4), size=(14, 10))  # other images than those in train
    source = sorted((split / "train" / "cat").glob("*.png"))[0]
    shutil.copy(source, split / "test" / "cat" / "once more.png")
    with pytest.warns(UserWarning, match="1 images of val or test are also in train") as found:
        open_it(split)
    assert "once more.png" in str(found[0].message) and str(source) in str(found[0].message)


def test_no_warning_where_all_images_differ(flat):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_it(flat)


def test_classes_of_almost_one_name(flat):
    if (flat / "Cat").exists():
        pytest.skip("this file system does not tell upper from lower case")
    shutil.copytree(flat / "horse", flat / "Cat")
    with pytest.warns(UserWarning, match="almost one name") as found:
        open_it(flat)
    assert any("Cat, cat" in str(warning.message) for warning in found)
