"""A folder of photos: what fits nowhere and what is missing is named; debris is passed over."""

from pathlib import Path

import pytest
from class_folders import files, numbered, open_it, put

from vit_tutorial.data import image_folder


@pytest.mark.parametrize("debris", [".DS_Store", "cat/.DS_Store", "cat/._01.png", "cat/.ipynb_checkpoints/01.png",
                                    ".ipynb_checkpoints/x", "__MACOSX/cat/._01.png", "Thumbs.db", "cat/desktop.ini"])  # fmt: skip
def test_debris_of_other_programs_is_passed_over(debris, flat):
    expected = open_it(flat)
    (flat / debris).parent.mkdir(parents=True, exist_ok=True)
    (flat / debris).write_bytes(b"rubbish")
    loaders = open_it(flat)
    assert loaders.classes == expected.classes
    assert [files(loader) for loader in loaders] == [files(loader) for loader in expected]


@pytest.mark.parametrize(
    ("stray", "pattern", "words"),
    [
        ("notes.txt", "'\\*.txt'", "lies beside the class folders"),
        ("photo.png", "'photo.png'", "lies beside the class folders"),
        ("cat/notes.txt", "'\\*.txt'", "has not the suffix of an image"),
        ("cat/README", "'README'", "has not the suffix of an image"),
        ("cat/photo.heic", "'\\*.heic'", "has not the suffix of an image"),
        ("cat/clip.mp4", "'\\*.mp4'", "has not the suffix of an image"),
        ("cat/old/01.png", "'old'", "is a folder inside a class folder"),
    ],
)
def test_what_fits_nowhere_is_named_and_can_be_left_out(stray, pattern, words, flat):
    expected = open_it(flat)
    (flat / stray).parent.mkdir(exist_ok=True)
    (flat / stray).write_bytes(b"")
    named = flat / stray if "old" not in stray else (flat / stray).parent
    with pytest.raises(ValueError, match=rf"{named} {words}.*ignore=\({pattern},\)"):
        open_it(flat)
    pattern = pattern.strip("'").replace("\\", "")
    for ignore in ((pattern,), [pattern], pattern):
        assert open_it(flat, ignore=ignore).counts == expected.counts


def test_links_are_followed(flat, tmp_path_factory):
    other = tmp_path_factory.mktemp("linked")
    for name in ("cat", "horse"):
        (other / name).symlink_to(flat / name)
    assert open_it(other).counts["train"] == {"cat": 14, "horse": 6}


def test_missing_root_and_file_as_root(flat):
    with pytest.raises(FileNotFoundError, match=str(flat / "nowhere")):
        open_it(flat / "nowhere")
    with pytest.raises(NotADirectoryError, match=r"01\.png is a file"):
        open_it(flat / "cat" / "01.png")


def test_home_folder_is_understood(flat, monkeypatch):
    monkeypatch.setenv("HOME", str(flat.parent))
    assert open_it(Path("~") / flat.name).counts == open_it(str(flat)).counts


def test_root_without_class_folders(flat, tmp_path_factory):
    with pytest.raises(ValueError, match="cat has no class folders"):
        open_it(flat / "cat")
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(ValueError, match=f"{empty} has no class folders"):
        open_it(empty)


def test_one_class_is_too_few(tmp_path):
    put(tmp_path / "photos" / "cat", numbered(3))
    put(tmp_path / "photos" / "horse", numbered(3))
    with pytest.raises(ValueError, match=f"{tmp_path} has only one class folder, 'photos'.*right level"):
        open_it(tmp_path)


@pytest.mark.parametrize("part", ["train", "test"])
def test_empty_class_folder_is_named(part, split):
    (split / part / "zebra").mkdir()
    with pytest.raises(ValueError, match=f"{split}/{part}/zebra has no images"):
        open_it(split)


@pytest.mark.parametrize(("part", "other"), [("train", "test"), ("test", "train"), ("val", "train")])
def test_class_that_is_only_in_one_split_is_named(part, other, split):
    if part == "val":
        put(split / "val" / "cat", numbered(1))
        put(split / "val" / "horse", numbered(1))
    put(split / part / "zebra", numbered(3))
    with pytest.raises(ValueError, match=f"{split}/{part}/zebra, but none of this name in {split}/{other}"):
        open_it(split)


def test_class_that_is_missing_from_validation_is_named(split):
    put(split / "val" / "cat", numbered(1))
    put(split / "val" / "dog", numbered(1))
    with pytest.raises(ValueError, match=r"(train/horse.* in .*val|val/dog.* in .*train)"):
        open_it(split)


def test_splits_without_class_folders_are_no_classes(tmp_path):
    for part in ("train", "test"):
        put(tmp_path / part, numbered(5))
    with pytest.raises(ValueError, match="test has no class folders"):
        open_it(tmp_path)


def test_train_can_be_a_class(tmp_path):
    for name in ("train", "plane"):
        put(tmp_path / name, numbered(5))
    assert open_it(tmp_path).classes == ("plane", "train")


@pytest.mark.parametrize(
    ("there", "missing"),
    [(["train", "val"], "test"), (["test"], "train"), (["train"], "test"), (["test", "val"], "train")],
)
def test_missing_split_is_named(there, missing, tmp_path):
    for part in there:
        put(tmp_path / part / "cat", numbered(5))
        put(tmp_path / part / "horse", numbered(5))
    with pytest.raises(ValueError, match=f"has '{there[0]}'.*but no folder '{missing}'"):
        open_it(tmp_path)


@pytest.mark.parametrize("extra", ["unlabelled/01.png", "labels.csv"])
def test_what_lies_beside_the_splits_is_named(extra, split):
    (split / extra).parent.mkdir(exist_ok=True)
    (split / extra).write_bytes(b"")
    with pytest.raises(
        ValueError, match=rf"{split}/(unlabelled|labels\.csv) lies beside the folders of the splits"
    ):
        open_it(split)
    assert open_it(split, ignore=("unlabelled", "*.csv")).counts["test"] == {"cat": 4, "horse": 4}


def test_two_validation_folders_are_one_too_many(split):
    for name in ("val", "valid"):
        put(split / name / "cat", numbered(1))
    with pytest.raises(ValueError, match=r"val and .*valid are both folders of val images"):
        open_it(split)


@pytest.mark.parametrize(
    ("root", "n", "fits"), [("flat", 2, False), ("flat", 3, True), ("split", 1, False), ("split", 2, True)]
)
def test_class_with_too_few_images_is_named(root, n, fits, request):
    root = request.getfixturevalue(root)
    inside = root / "train" if (root / "train").exists() else root
    put(inside / "zebra", numbered(n))
    if inside != root:
        put(root / "test" / "zebra", numbered(1))
    if fits:
        counts = open_it(root).counts
        assert [counts[part]["zebra"] for part in counts] == [1, 1, 1]
    else:
        with pytest.raises(ValueError, match=f"{inside}/zebra has too few images, {n}:"):
            open_it(root)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"val_share": 1.2}, "val_share must lie between 0 and 1.*1.2"),
        ({"val_share": 0}, "val_share"),
        ({"test_share": 1}, "test_share"),
        ({"test_share": -0.1}, "test_share.*-0.1"),
        (
            {"val_share": 0.6, "test_share": 0.5},
            "test_share 0.5 and val_share 0.6 together leave nothing for train",
        ),
        ({"image_size": 0}, "image_size must be at least 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"mode": "RGBA"}, "mode must be one of 'RGB', 'L'"),
        ({"num_workers": -1}, "num_workers"),
    ],
)
def test_other_arguments_are_refused(options, words, flat):
    with pytest.raises(ValueError, match=words):
        image_folder(flat, **({"image_size": 8} | options))
