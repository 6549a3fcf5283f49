"""Chapter 8: which heat map tells the truth? Each of them, and rivals that know nothing of the model.

    python experiments/mirrored_positions.py --models runs/mirrored
    python experiments/heat_maps.py --models runs/mirrored --log runs/heat_maps.jsonl

For vit-fashion and for the three models of the same recipe, 1,000 test images each: the share of answers that stay
after the k patches with the highest scores are hidden ("deletion"), or where they alone are shown ("insertion"),
hidden behind black, the mean training image or a blurred copy; the accuracy where all other patches are left out of
the sequence ("tokens"); and how alike each map is (Spearman's correlation, mean over 200 images) to that of the same
model with blocks randomised from the top ("sanity"). Half an hour on one core.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import record
import torch
from scipy.stats import rankdata
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from vit_tutorial import VisionTransformer, data, patchify, pretrained, set_seed
from vit_tutorial import inspection as look
from vit_tutorial.saving import load_model

IMAGES, SANE = 1_000, 200
COUNTS = (1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45)
FILLS = ("black", "mean", "blur")
BLIND = ("random", "brightness", "change")  # they know nothing of the model
MAPS = ("attention", "rollout", "relevance", "occlusion")


@cache
def clothes() -> tuple[Tensor, Tensor]:
    test = data.fashion_mnist().test
    return test.images[:IMAGES], test.labels[:IMAGES]


@cache
def fill(name: str) -> Tensor:
    """What is put in the place of a hidden patch, shape (IMAGES or 1, 1, 28, 28)."""
    if name == "mean":
        return data.fashion_mnist().train.images.mean(dim=0, keepdim=True)
    if name == "blur":
        return gaussian_blur(clothes()[0], 15, 4.0)
    return torch.full((1, 1, 28, 28), -1.0)


def patch_means(images: Tensor) -> Tensor:
    return patchify(images, 4).mean(dim=-1)  # (B, C, H, W) -> (B, N)


def score(
    model: VisionTransformer, way: str, images: Tensor, by: Tensor, answers: Tensor | None = None
) -> Tensor:
    """What each patch is worth by one of the ways, for the model's answers or for others; shape (B, N)."""
    if way == "random":
        return torch.rand(len(images), 49, generator=torch.Generator().manual_seed(0))
    if way == "brightness":
        return patch_means(images)
    if way == "change":
        return patch_means((images - by).abs())
    if answers is None:
        with torch.no_grad():
            answers = model(images).argmax(dim=-1)
    parts = list(zip(images.split(50), by.split(50), answers.split(50), strict=True))
    if way == "occlusion":
        return torch.cat([look.occlusion(model, x, y, targets=t) for x, y, t in parts])
    if way == "relevance":
        maps = torch.cat([look.relevance(model, x, t) for x, _, t in parts])
        return look.patch_scores(maps, model.config.pooling)
    with torch.no_grad():
        weights = torch.cat([model.attention_maps(part) for part in images.split(100)], dim=1)
    maps = look.rollout(weights) if way == "rollout" else weights[-1].mean(dim=1)
    return look.patch_scores(maps, model.config.pooling)


def curves(model: VisionTransformer) -> Iterator[dict[str, Any]]:
    """Share of unchanged answers for each way, fill and direction."""
    images, _ = clothes()
    for name, way in product(FILLS, BLIND + MAPS):
        by = fill(name).expand_as(images)
        scores = score(model, way, images, by)
        for test in ("deletion", "insertion"):
            kept = look.deletion_curve(model, images, scores, COUNTS, by, insertion=test == "insertion")
            yield {"test": test, "fill": name, "way": way, "shares": shares(kept)}


def tokens(model: VisionTransformer) -> Iterator[dict[str, Any]]:
    """Accuracy where only the k patches with the highest scores stay in the sequence."""
    images, labels = clothes()
    by = fill("black").expand_as(images)
    with torch.no_grad():
        x = model.embeddings(images)
        for way in BLIND + MAPS:
            order = score(model, way, images, by).argsort(dim=1, descending=True, stable=True)
            right = []
            for k in COUNTS:
                kept = torch.cat([torch.zeros(len(x), 1, dtype=torch.long), order[:, :k] + 1], dim=1)
                part = x.gather(1, kept[..., None].expand(-1, -1, x.shape[-1]))  # (B, k+1, D)
                right.append(model.head(model.encoder(part)[:, 0]).argmax(dim=-1) == labels)
            yield {"test": "tokens", "way": way, "shares": shares(torch.stack(right))}


def shares(kept: Tensor) -> list[float]:
    return [round(share, 4) for share in kept.float().mean(dim=1).tolist()]


def randomised(model: VisionTransformer, seed: int) -> Iterator[tuple[str, VisionTransformer]]:
    """The model with random weights in ever more of its parts, from the head down (the same object, changed)."""
    set_seed(seed)
    fresh = VisionTransformer(model.config)
    nn.init.xavier_uniform_(fresh.head.weight)  # a head of zeros would have no gradient
    depth = model.config.depth
    parts = ["head", "encoder.norm", *(f"encoder.blocks.{i}" for i in reversed(range(depth))), "embeddings"]
    for part in parts:
        model.get_submodule(part).load_state_dict(fresh.get_submodule(part).state_dict())
        yield part, model


def likeness(a: Tensor, b: Tensor) -> float:
    """Spearman's rank correlation over the patches, mean over the images that have one."""
    ranks = [torch.from_numpy(rankdata(x.numpy(), axis=1)) for x in (a, b)]
    ranks = [x - x.mean(dim=1, keepdim=True) for x in ranks]
    found = nn.functional.cosine_similarity(*ranks, dim=1)
    return round(found.mean().item(), 4)


def sanity(model: VisionTransformer) -> Iterator[dict[str, Any]]:
    """How alike the maps of a model stay while its weights turn into random ones; and how alike rivals are."""
    images = clothes()[0][:SANE]
    by = fill("black").expand_as(images)
    with torch.no_grad():
        answers = model(images).argmax(dim=-1)
    before = {way: score(model, way, images, by) for way in BLIND + MAPS}
    for way, other in product(MAPS, before):
        yield {"test": "alike", "way": way, "other": other, "likeness": likeness(before[way], before[other])}
    for seed in range(3):
        for part, changed in randomised(copy.deepcopy(model), seed):
            for way in MAPS:
                found = likeness(before[way], score(changed, way, images, by, answers))
                yield {"test": "sanity", "way": way, "seed": seed, "randomised": part, "likeness": found}


def models(folder: Path) -> dict[str, Callable[[], VisionTransformer]]:
    """vit-fashion, and its like of other seeds."""
    found = {"vit-fashion": lambda: pretrained.load("vit-fashion")}
    for path in sorted(folder.glob("mirrored-*.safetensors")):
        found[path.stem] = lambda path=path: load_model(path)
    return found


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="what mirrored_positions.py has trained")
    parser.add_argument("--log", type=Path, required=True, help="a JSON Lines file of finished runs")
    arguments = parser.parse_args()
    log = record.Log(arguments.log)
    runs = []
    for (name, load), test in product(models(arguments.models).items(), (curves, tokens, sanity)):
        case = {"model": name, "part": test.__name__}
        found = log.measure(case, lambda load=load, test=test: {"found": list(test(load().eval()))})
        runs += [{"model": name, **each} for each in found["found"]]
    record.write("heat_maps", runs, counts=COUNTS, images=IMAGES, images_alike=SANE)


if __name__ == "__main__":
    main()
