"""What `train` refuses, before the first step; and runs that diverge, at the step where they do."""

import copy
import math

import pytest
import torch
from reference import assert_error_names
from tiny_training import CONFIG, Images, assert_same_weights, fit, loader, new_model
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from vit_tutorial import VisionTransformer, train
from vit_tutorial.saving import load_model
from vit_tutorial.training import TrainingDiverged
from vit_tutorial.training.processes import Place
from vit_tutorial.training.recipe import Recipe
from vit_tutorial.training.run import Run
from vit_tutorial.training.run_folder import RunFolder


class Stream(IterableDataset):
    def __iter__(self):
        return iter(Images(4))


def frozen() -> nn.Module:
    return new_model().requires_grad_(False)


def with_a_new_head(**options) -> object:
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model.head = nn.Linear(8, 3)
    return fit(model, optimizer=optimizer, **options)


def with_a_used_optimizer() -> object:
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    fit(model, epochs=1, optimizer=optimizer)
    return fit(model, epochs=1, warmup=0, optimizer=optimizer)  # it would not learn at all


REFUSED = [
    (lambda: fit(new_model(), epoch=3), TypeError, ["epoch"]),
    (lambda: fit(new_model(), epochs=0), ValueError, ["epochs", "at least 1", "0"]),
    (lambda: fit(new_model(), recipe=7), TypeError, ["dataclass"]),
    (lambda: fit(new_model(), Images(4)), TypeError, ["train_loader", "Images", "DataLoader(images"]),
    (lambda: fit(new_model(), loader(), [1]), TypeError, ["val_loader", "list"]),
    (lambda: fit(new_model(), DataLoader(Stream())), TypeError, ["train_loader", "Stream", "length"]),
    (lambda: fit(new_model(), loader(0)), ValueError, ["train_loader", "0 images"]),
    (lambda: fit(new_model(), loader(3, drop_last=True)), ValueError, ["3 images", "drop_last=False"]),
    (lambda: fit(new_model(), loader(), loader(0)), ValueError, ["val_loader", "0 images"]),
    (
        lambda: fit(new_model(num_classes=5)),
        ValueError,
        ["images have 3 classes, the model 5", "num_classes=3"],
    ),
    (lambda: fit(frozen()), ValueError, ["requires_grad=False", "head"]),
    (with_a_new_head, ValueError, ["lacks 2", "has 2 that are not", "after the model is complete"]),
    (with_a_used_optimizer, ValueError, ["rate at 0", "Build a new optimizer"]),
    (lambda: fit(new_model(), precision="float16"), ValueError, ["float16", "'cpu'", "bfloat16"]),
    (lambda: fit(new_model(), resume=True), ValueError, ["resume=True", "out="]),
    (lambda: train(new_model(), loader(), device="cpx"), ValueError, ["cpx"]),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_what_is_refused(call, error, words):
    assert_error_names(call, error, words)


def test_nothing_is_written_where_the_start_is_refused(tmp_path):
    out = tmp_path / "run"
    with pytest.raises(ValueError):
        with_a_new_head(out=out)
    assert not out.exists()


def with_nan(image: int, n: int = 22) -> DataLoader:
    images = Images(n)
    images.tensors[0][image, 0, 3, 3] = math.nan
    return DataLoader(images, 4)


def test_an_image_of_nan_stops_at_its_step():
    model, clean = new_model(), new_model()
    with pytest.raises(TrainingDiverged) as caught:
        fit(model, with_nan(13), epochs=2, schedule="constant")  # in the fourth batch
    for words in ("loss is nan at step 4 (epoch 1,", "learning rate 0.001", "NaN in the images"):
        assert words in str(caught.value)
    weights = []
    clean.register_forward_pre_hook(lambda *_: weights.append(copy.deepcopy(clean.state_dict())))
    fit(clean, epochs=1, schedule="constant")
    for name, value in model.state_dict().items():  # those before the step, to the bit
        assert torch.equal(value, weights[3][name]), name


class Fails(nn.Module):
    """Turns loss or gradient into something else at the n-th batch of training."""

    def __init__(self, n: int, what: str) -> None:
        super().__init__()
        self.model, self.n, self.what, self.seen = new_model(), n, what, 0

    def forward(self, images):
        logits = self.model(images)
        self.seen += self.training
        if self.seen != self.n:
            return logits
        if self.what == "gradient":  # infinite at 0, where the root itself is finite
            return logits + (logits - logits.detach()).abs().sqrt()
        return logits * math.inf


@pytest.mark.parametrize("clip", [1.0, None])
@pytest.mark.parametrize(("what", "words"), [("gradient", "gradient norm is nan"), ("loss", "loss is nan")])
def test_the_last_checkpoint_stays(tmp_path, what, words, clip):
    broken, healthy = Fails(20, what), Fails(0, what)
    with pytest.raises(TrainingDiverged) as caught:
        fit(broken, loader(), loader(5), epochs=5, out=tmp_path / "a", clip=clip, schedule="constant")
    for word in (f"{words} at step 20 (epoch 4,", f"{tmp_path / 'a'} keeps the checkpoint of epoch 3."):
        assert word in str(caught.value)
    fit(healthy, loader(), loader(5), epochs=3, clip=clip, schedule="constant")
    kept = Fails(0, what)
    RunFolder(tmp_path / "a").load_weights(kept)
    assert_same_weights(kept, healthy)


def test_a_loss_that_explodes_leaves_the_checkpoint_before():
    """One step an epoch, and after the first the weights are beyond all bounds: validation tells."""
    with pytest.raises(
        TrainingDiverged, match=r"validation loss is nan after step 1 \(epoch 1\).*learning rate"
    ):
        fit(new_model(), loader(batch_size=22), loader(5), learning_rate=1e30, schedule="constant")
    with pytest.raises(TrainingDiverged, match=r"loss is nan at step 2 \(epoch 2"):
        fit(new_model(), loader(batch_size=22), learning_rate=1e30, schedule="constant")


def test_after_a_bad_epoch_the_folder_still_has_the_good_one(tmp_path):
    optimizer_of = {"schedule": "constant", "epochs": 3, "out": tmp_path}
    model, calls = new_model(), []

    def explode(module, *_):
        calls.append(module.training)
        if sum(calls) == 12 and not module.training:  # when the second epoch is validated
            module.head.weight.data.fill_(math.inf)

    model.register_forward_pre_hook(explode)
    with pytest.raises(TrainingDiverged, match="keeps the checkpoint of epoch 1"):
        fit(model, loader(), loader(5), **optimizer_of)
    assert RunFolder(tmp_path).last() == 1
    for file in ("last-0001.safetensors", "best.safetensors"):
        kept = load_model(tmp_path / file)
        assert all(p.isfinite().all() for p in kept.parameters())


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler")
def test_float16_skips_a_step_that_overflows_but_not_for_ever():
    """The scaler's rule, on the CPU: PyTorch can do float16 there, if slowly."""
    model = VisionTransformer(CONFIG)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    run = Run(model, loader(), Recipe(epochs=5), optimizer, Place(torch.device("cpu")))
    run.scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    before = copy.deepcopy(model)
    batch = next(iter(loader()))
    model.head.bias.register_hook(lambda gradient: gradient * math.inf)
    for _ in range(3):  # 4, 2, 1
        run.step([batch])
    assert_same_weights(model, before)
    with pytest.raises(TrainingDiverged, match=r"gradient norm is (nan|inf) at step 4"):
        run.step([batch])
    broken = (torch.full((4, 1, 8, 8), math.nan), batch[1])
    run.scaler = torch.amp.GradScaler("cpu", init_scale=65536.0)
    with pytest.raises(TrainingDiverged, match="the loss is nan"):  # that no smaller scale can mend
        run.step([broken])
