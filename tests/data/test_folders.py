"""A folder of photos becomes loaders: the right files, classes, splits and pixels."""

import pickle
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from class_folders import files, numbered, open_it, put
from PIL import Image
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from vit_tutorial.data import image_folder
from vit_tutorial.data.folder_scan import place, share_out


def test_one_folder_is_split_in_three(flat):
    loaders = open_it(flat)
    assert loaders.classes == ("be", "cat", "horse")
    assert loaders.counts == {
        "train": {"be": 3, "cat": 14, "horse": 6},
        "val": {"be": 1, "cat": 4, "horse": 1},
        "test": {"be": 1, "cat": 2, "horse": 3},
    }
    everything = [file for loader in loaders for file in files(loader)]
    assert len(everything) == len(set(everything)) == 35
    for loader in loaders:
        assert loader.dataset.classes == loaders.classes
        assert files(loader) == sorted(files(loader))


def test_the_split_depends_on_seed_and_names_alone(flat, monkeypatch):
    first = open_it(flat)
    listed = Path.iterdir

    def shuffled(folder: Path) -> list[Path]:
        entries = sorted(listed(folder))
        random.Random(1).shuffle(entries)
        return entries

    monkeypatch.setattr(Path, "iterdir", shuffled)
    again, other = open_it(flat), open_it(flat, seed=1)
    assert [files(loader) for loader in again] == [files(loader) for loader in first]
    assert all(files(a) != files(b) for a, b in zip(first, other, strict=True))
    assert {sum(part.values()) for part in other.counts.values()} != {0}


def parts_of(loaders) -> dict[str, str]:
    return {name: part for part, loader in loaders._asdict().items() for name in files(loader)}


@pytest.mark.parametrize("n", [6, 9, 100])
def test_images_that_are_added_move_no_other_into_val_or_test(n, tmp_path):
    """With few images a split may take one of training's; only back to training may it move."""
    rank = {"train": 0, "val": 1, "test": 2}
    names = numbered(2 * n)
    random.Random(n).shuffle(names)
    put(tmp_path / "dog", names[:n])
    for seed in (1, 3, 4, 5, 6, 7, 8, 9):
        put(tmp_path / "cat", names[:n])
        before = parts_of(open_it(tmp_path, seed=seed))
        put(tmp_path / "cat", names)
        after = parts_of(open_it(tmp_path, seed=seed))
        assert all(rank[after[name]] <= rank[part] for name, part in before.items())
        assert n < 100 or all(after[name] == part for name, part in before.items())
        for name in names[n:]:
            (tmp_path / "cat" / name).unlink()


def test_the_shares_are_about_what_was_asked_for(tmp_path):
    files_of = {"cat": [tmp_path / "cat" / f"{i}.jpg" for i in range(4000)]}
    drawn = share_out({"all": files_of}, val_share=0.3, test_share=0.1, seed=5)
    shares = {part: len(found["cat"]) / 4000 for part, found in drawn.items()}
    assert shares == pytest.approx({"train": 0.6, "val": 0.3, "test": 0.1}, abs=0.025)


def test_the_place_of_a_name_is_the_same_on_every_system():
    """macOS writes é as two characters; the number is that of SHA-256, whatever computes it."""
    assert place(Path("root/café/é.jpg"), 0) == place(Path("x/cafe\u0301/e\u0301.jpg"), 0)
    assert place(Path("a/cat/0.jpg"), 7) == pytest.approx(0.46267012771737726, abs=1e-15)


def test_train_and_test_folders_stay_what_they_are(split):
    loaders = open_it(split, val_share=0.3)
    assert loaders.counts == {
        "train": {"cat": 9, "horse": 7}, "val": {"cat": 1, "horse": 3}, "test": {"cat": 4, "horse": 4},
    }  # fmt: skip
    parts = [{path.parts[-3] for path, _ in loader.dataset.samples} for loader in loaders]
    assert parts == [{"train"}, {"train"}, {"test"}]
    assert not set(files(loaders.train)) & set(files(loaders.val))


@pytest.mark.parametrize("name", ["val", "valid", "validation", "Val"])
def test_a_validation_folder_is_used(name, split):
    put(split / name / "cat", numbered(2))
    put(split / name / "horse", numbered(3))
    loaders = open_it(split)
    assert loaders.counts["val"] == {"cat": 2, "horse": 3}
    assert loaders.counts["train"] == {"cat": 10, "horse": 10}
    assert {path.parts[-3] for path, _ in loaders.val.dataset.samples} == {name}


def test_same_classes_and_order_as_torchvision(split):
    (split / "train").rename(split / "Training")
    put(split / "val" / "cat", numbered(1))
    put(split / "val" / "horse", numbered(1))
    put(split / "Training" / "cat", ["B.JPG", "a.jpeg", "Z.webp", "é.bmp"])
    ours = open_it(split).train.dataset
    theirs = ImageFolder(split / "Training")
    assert list(ours.classes) == theirs.classes
    assert [(str(path), label) for path, label in ours.samples] == theirs.samples


def test_batches_have_the_pixels_of_the_files_and_their_classes(flat):
    torch.manual_seed(0)
    loaders = open_it(flat, batch_size=4)
    for loader in loaders:
        seen = []
        for images, labels in loader:
            assert images.shape == (len(labels), 3, 8, 8) and images.dtype == torch.float32
            assert len(labels) <= 4 and (images == images[..., :1, :1]).all()
            pixels = ((images[:, :, 0, 0] + 1) * 127.5).round().long().tolist()
            for (red, green, blue), label in zip(pixels, labels.tolist(), strict=True):
                name = loaders.classes[label]
                assert red == 10 * len(name) and blue == 0
                seen.append(f"{name}/{green // 3:02}.png")
        assert sorted(seen) == files(loader)
        assert (seen == files(loader)) == (loader is not loaders.train)


def test_two_workers_hand_out_the_same_as_none(flat):
    alone, together = (open_it(flat, batch_size=4, num_workers=n).test for n in (0, 2))
    for (a, b), (c, d) in zip(alone, together, strict=True):
        assert torch.equal(a, c) and torch.equal(b, d)


def test_datasets_can_be_pickled(flat):
    dataset = open_it(flat).train.dataset
    again = pickle.loads(pickle.dumps(dataset))
    assert again.counts == dataset.counts and torch.equal(again[5][0], dataset[5][0])


@pytest.mark.parametrize(("size", "shape"), [(6, (6, 6)), ((6, 9), (6, 9))])
def test_image_size_and_grey(size, shape, flat):
    images, _ = next(iter(image_folder(flat, size, mode="L").val))
    assert images.shape[1:] == (1, *shape)


def test_own_transforms(flat):
    def to_tensor(level: float):
        return v2.Compose(
            [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Lambda(lambda x: x * 0 + level)]
        )

    def means(**options: object) -> list[float]:
        return [next(iter(loader))[0].mean().item() for loader in image_folder(flat, 8, **options)]

    assert means(transform=to_tensor(0.5)) == [0.5, 0.5, 0.5]
    assert means(transform=to_tensor(0.5), train_transform=to_tensor(2.0)) == [2.0, 0.5, 0.5]
    only_train = means(train_transform=to_tensor(2.0))
    assert only_train[0] == 2 and -1 < only_train[1] < 0


def test_torchvision_s_own_transforms(flat):
    from torchvision.models import ViT_B_16_Weights

    images, _ = next(iter(image_folder(flat, transform=ViT_B_16_Weights.DEFAULT.transforms()).test))
    assert images.shape[1:] == (3, 224, 224)


def test_photos_of_every_kind_in_one_folder(tmp_path):
    put(tmp_path / "plain", numbered(6))
    odd = tmp_path / "odd"
    odd.mkdir()
    Image.new("CMYK", (12, 10), (0, 255, 255, 0)).save(odd / "1.jpg")
    Image.new("RGBA", (12, 10), (255, 0, 0, 0)).save(odd / "2.png")
    Image.new("P", (12, 10)).save(odd / "3.gif")
    Image.fromarray(np.full((10, 12), 65535, np.uint16)).save(odd / "4.png")
    Image.new("LA", (12, 10), (0, 255)).save(odd / "5.PNG")
    Image.new("1", (12, 10), 1).save(odd / "6.tiff")
    loaders = image_folder(tmp_path, 4)
    shown = {}
    for loader in loaders:
        for (path, _), (image, label) in zip(loader.dataset.samples, loader.dataset, strict=True):
            if loaders.classes[label] == "odd":
                shown[path.name] = [round(value) for value in image.mean((1, 2)).tolist()]
    white, black, red = [1, 1, 1], [-1, -1, -1], [1, -1, -1]
    assert shown == {
        "1.jpg": red,
        "2.png": white,
        "3.gif": black,
        "4.png": white,
        "5.PNG": black,
        "6.tiff": white,
    }
