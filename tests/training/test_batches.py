"""What a batch must be: images as the model takes them, labels as cross-entropy takes them; the rest is named."""

import pytest
import torch
import torch.nn.functional as F
from reference import assert_error_names
from tiny_training import CLASSES, Images, assert_same_weights, fit, new_model
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset

from vit_tutorial import data, evaluate, train
from vit_tutorial.pretrained.preprocessing import UNKNOWN
from vit_tutorial.saving import load_model, save_model

IMAGES, LABELS = Images(12).tensors
ONE_HOT = F.one_hot(LABELS, 3).float()
SOFT = 0.7 * ONE_HOT + 0.1


def batches(images=IMAGES, labels=LABELS, size=4) -> DataLoader:
    return DataLoader(TensorDataset(images, labels), size)


class Named(Dataset):
    """Items of any kind."""

    def __init__(self, item) -> None:
        self.item = item

    def __len__(self) -> int:
        return 4

    def __getitem__(self, i: int):
        return self.item(i)


REFUSED = [
    (batches(labels=LABELS - 100), ValueError, ["a label is -100", "0 to 2", "3 classes"]),
    (batches(labels=LABELS + 1), ValueError, ["a label is 3", "0 to 2"]),
    (batches(labels=LABELS[:, None]), ValueError, ["(4,) of whole numbers", "(4, 1) of torch.int64"]),
    (batches(labels=LABELS.float()), ValueError, ["(4,)", "(4, 3) of probabilities", "torch.float32"]),
    (batches(labels=LABELS > 0), ValueError, ["torch.bool"]),
    (batches(labels=ONE_HOT[:, :2]), ValueError, ["(4, 3) of probabilities", "(4, 2)"]),
    (batches(labels=2 * ONE_HOT), ValueError, ["probabilities", "sum 1"]),
    (batches(labels=2 * ONE_HOT - ONE_HOT.roll(1, 1)), ValueError, ["probabilities", "at least 0"]),
    (batches((IMAGES * 9).byte()), TypeError, ["torch.uint8", "images / 127.5 - 1"]),
    (batches(IMAGES.double()), TypeError, ["torch.float64", "images.float()"]),
    (batches(127.5 * (IMAGES + 1)), ValueError, ["pixels of 0 to 255", "images / 127.5 - 1"]),
    (
        batches(IMAGES.permute(0, 2, 3, 1)),
        ValueError,
        ["(B, 1, 8, 8)", "(4, 8, 8, 1)", "channels come first"],
    ),
    (batches(IMAGES[..., :4]), ValueError, ["(B, 1, 8, 8)", "(4, 1, 8, 4)"]),
    (DataLoader(Named(lambda i: {"image": IMAGES[i], "label": i}), 2), TypeError, ["dict", "(image, label)"]),
    (DataLoader(Named(lambda i: (IMAGES[i], i % 3, i)), 2), TypeError, ["list of 3"]),
    (DataLoader(Named(lambda i: (IMAGES[i], "cat")), 2), TypeError, ["two tensors"]),
]


@pytest.mark.parametrize(("loader", "error", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_nothing_can_be_learned_from_is_named_and_changes_nothing(loader, error, words):
    model = new_model()
    assert_error_names(lambda: fit(model, loader, epochs=1), error, words)
    assert_same_weights(model, new_model())
    assert_error_names(lambda: evaluate(model, loader), error, words)


@pytest.mark.parametrize("kind", [torch.int8, torch.int16, torch.int32, torch.uint8])
def test_class_indices_of_any_integer_type_are_the_same(kind):
    ours, theirs = new_model(), new_model()
    assert (
        fit(ours, batches(labels=LABELS.to(kind)), epochs=2).train_loss
        == fit(theirs, batches(), epochs=2).train_loss
    )
    assert_same_weights(ours, theirs)
    assert evaluate(ours, batches(labels=LABELS.to(kind))).accuracy == evaluate(theirs, batches()).accuracy


@pytest.mark.parametrize("size", [3, 4])  # 3: as many images as classes, where shapes hide the mistake
def test_probabilities_are_learned_from_and_their_largest_counts_for_the_accuracy(size):
    model = new_model()
    loss = F.cross_entropy(model(IMAGES), SOFT).item()
    right = (model(IMAGES).argmax(-1) == LABELS).float().mean().item()
    found = evaluate(model, batches(labels=SOFT, size=size))
    assert found.loss == pytest.approx(loss, rel=1e-6) and found.accuracy == pytest.approx(right)
    assert torch.equal(found.labels, LABELS)
    history = fit(new_model(), batches(labels=SOFT, size=12), epochs=1)
    assert history.train_loss == [pytest.approx(loss, rel=1e-6)]
    assert history.train_accuracy == [pytest.approx(right)]
    one_hot = fit(new_model(), batches(labels=ONE_HOT, size=size), epochs=3)
    assert one_hot.train_accuracy == fit(new_model(), batches(size=size), epochs=3).train_accuracy


def test_a_model_learns_the_names_of_its_classes_through_subsets_and_of_any_type(tmp_path):
    model = new_model()
    fit(model, DataLoader(Subset(Subset(Images(22), range(20)), range(8)), 4), epochs=1)
    assert model.classes == CLASSES
    numbers = Images(12)
    numbers.classes = (10, 20, 30)
    fit(model, DataLoader(numbers, 4), epochs=1)
    assert load_model(save_model(model, tmp_path / "m")).classes == ("10", "20", "30")


def test_a_model_knows_whether_its_images_are_prepared_as_ours(tmp_path):
    splits = data.digits(8)
    model = new_model(num_classes=10)
    train(model, DataLoader(Subset(splits.train, range(10)), 5), epochs=1, device="cpu")
    assert model.preprocessing is None
    fit(model := new_model(), epochs=1)  # a dataset that says nothing
    assert model.preprocessing == UNKNOWN
    assert load_model(save_model(model, tmp_path / "m")).preprocessing == UNKNOWN
    model.preprocessing = "vit-fashion"
    fit(model, epochs=1)
    assert model.preprocessing == "vit-fashion"


def test_images_without_an_axis_are_named_too():
    assert_error_names(lambda: fit(new_model(), batches(IMAGES[:, 0, 0, 0]), epochs=1), ValueError, ["(4,)"])
    assert_error_names(lambda: fit(new_model(), batches(IMAGES[:, 0]), epochs=1), ValueError, ["(4, 8, 8)"])
