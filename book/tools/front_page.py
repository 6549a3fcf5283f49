"""Draw what the front page shows: a garment on its way through `vit-fashion`, and a picture of each chapter.

    python book/tools/front_page.py          (part of `make pictures`)

Nothing is made up: the pixels are a test image of the bundled Fashion-MNIST, the tokens, the attention and the
answer are those of the book's own weights, and a chapter's picture is cut out of the figure that its notebook shows.
Below are ten garments; front/journey.js has the model answer for the one that is chosen, in the page itself.
Writes into book/_assets/front: `journey-en.html` and `journey-zh.html`, which the front pages take in, and the chapters'
pictures.
"""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import torch
from live_weights import WEIGHTS, file_name
from matplotlib import colormaps
from PIL import Image
from torch import Tensor

from vit_tutorial import data, pretrained
from vit_tutorial.plots.live import image_bytes

BOOK = Path(__file__).resolve().parents[1]
TARGET = BOOK / "_assets" / "front"
GARMENT = 12  # of the test images: a pullover that might be a coat
FIGURES = {  # the figure that stands for a chapter: its cell
    "01_patches": "patch-grid",
    "02_embeddings": "similarity",
    "03_attention": "heads-figure",
    "04_mlp": "gelu-picture",
    "05_encoder": "wiring",
    "06_training": "mistakes",
    "07_transfer_learning": "clothes-and-digits",
    "08_looking_inside": "six-maps",
    "09_scaling_up": "roof-figure",
    "10_without_labels": "guesses-figure",
}
SIZE = (480, 270)  # of a chapter's picture, in pixels
SHOWN = 'width="112" height="112" loading="lazy"'  # of a step, before the style fits it in: the page keeps its place
STEPS = {
    "en": (
        "28 × 28 pixels",
        "49 patches",
        "50 tokens of 64 numbers",
        "what the last block looks at",
        "an answer",
    ),
    "zh": ("28 × 28 个像素", "49 个图像块", "50 个词元，每个 64 个数", "最后一个块在看哪里", "答案"),
}
ABOUT = {
    "en": "A garment becomes patches, the patches become tokens, the tokens attend to one another, and the class token answers.",
    "zh": "一件衣物切成图像块，图像块变成词元，词元互相注意，最后由类别词元给出答案。",
}
WORDS = {  # of the garments that can be chosen; {} are filled in the page
    "en": {
        "choose": "Another garment? The trained model runs in this page:",
        "busy": "The model is on its way …",
        "says": "It says: {answer}, {share} %. The label says: {label}.",
        "failed": "The model could not be loaded: {why}",
    },
    "zh": {
        "choose": "换一件试试？训练好的模型就在这个页面里运行：",
        "busy": "模型正在加载……",
        "says": "模型的回答：{answer}，{share}%。标签：{label}。",
        "failed": "模型没能加载：{why}",
    },
}
LIVE = ("08_looking_inside", "alive")  # the cell whose weights the front page shares


def picture(pixels: Tensor, colours: str) -> str:
    """A table of numbers from 0 to 1 as a tiny PNG, one pixel a number, in an address that holds all of it."""
    image = Image.fromarray((colormaps[colours](pixels.numpy())[..., :3] * 255).astype("uint8"))
    file = io.BytesIO()
    image.quantize(64).save(file, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def look_inside(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What the trained model makes of an image: tokens (T, D), the class token's attention (7, 7), probabilities."""
    model, seen = pretrained.load("vit-fashion").eval(), []
    last = model.encoder.blocks[-1]
    hook = last.norm1.register_forward_hook(lambda layer, inputs, output: seen.append(output))
    with torch.inference_mode():
        probabilities = model(image[None])[0].softmax(dim=-1)
        _, weights = last.attention(seen[0], return_weights=True)  # (1, h, T, T)
        tokens = model.embeddings(image[None])[0]
    hook.remove()
    return tokens, weights[0, :, 0, 1:].mean(dim=0).view(7, 7), probabilities


def journey(edition: str) -> str:
    """The five steps as HTML, in one language; class names stay as the data set has them."""
    splits = data.fashion_mnist()
    image = splits.test.images[GARMENT]
    tokens, attention, probabilities = look_inside(image)
    garment = picture((image[0] + 1) / 2, "gray")
    tokens = (tokens - tokens.min()) / (tokens.max() - tokens.min())
    attention = (attention / attention.max()).sqrt()  # the root, as the live model draws it
    bars = "".join(
        f'<li style="--share:{100 * share:.0f}%"><span>{splits.classes[i]}</span></li>'
        for i, share in enumerate(probabilities.tolist())
    )
    words = STEPS[edition]
    shown = (
        f'<img src="{garment}" {SHOWN} alt="{words[0]}">',
        f'<span class="journey-patches"><img src="{garment}" {SHOWN} alt="{words[1]}"></span>',
        f'<img src="{picture(tokens.T, "cividis")}" {SHOWN} alt="{words[2]}">',
        f'<img src="{picture(attention, "cividis")}" {SHOWN} alt="{words[3]}">',
        f"<ol>{bars}</ol>",
    )
    steps = "".join(
        f'<figure class="journey-step">{what}<figcaption>{caption}</figcaption></figure>\n'
        for what, caption in zip(shown, words, strict=True)
    )
    return f'<div class="journey" role="group" aria-label="{ABOUT[edition]}">\n{steps}</div>\n{tray(edition)}'


def tray(edition: str) -> str:
    """What front/journey.js needs: ten garments, one of each class, and where the model is. Nothing without scripts."""
    splits = data.fashion_mnist()
    test = splits.test
    first = [int((test.labels == k).nonzero()[0]) for k in range(len(splits.classes))]
    first[test.labels[GARMENT]] = GARMENT
    pixels = image_bytes(test.images[first])
    garments = [base64.b64encode(bytes(image.flatten().tolist())).decode() for image in pixels]
    chosen = int(test.labels[GARMENT])
    facts = {"images": garments, "classes": splits.classes, "chosen": chosen, "words": WORDS[edition]}
    scripts = "".join(
        f'<script type="text/plain" src="_static/{file}"></script>\n'
        for file in ("front/live-vit.js", weights_file())
    )
    return (
        f'<div class="journey-tray">\n<script type="application/json">{json.dumps(facts, ensure_ascii=False)}</script>\n'
        f'{scripts}<script defer src="_static/front/journey.js"></script>\n</div>\n'
    )


def weights_file() -> str:
    """The file on the site that has the weights of the chapter's live model."""
    html = "".join(next(o["data"]["text/html"] for o in find_cell(*LIVE)["outputs"] if "data" in o))
    return file_name(WEIGHTS.search(html)[1])


def find_cell(chapter: str, name: str) -> dict:
    """A cell of a chapter's notebook."""
    notebook = json.loads((BOOK / "en" / f"{chapter}.ipynb").read_text("utf8"))
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == name]
    return cell


def chapter_picture(chapter: str) -> Image.Image:
    """The chapter's figure, on white, cut to the size of a card."""
    [encoded] = [
        output["data"][kind]
        for output in find_cell(chapter, FIGURES[chapter])["outputs"]
        for kind in ("image/png", "image/jpeg")
        if kind in output.get("data", {})
    ]
    figure = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    figure.thumbnail(SIZE)
    card = Image.new("RGB", SIZE, "white")
    card.paste(figure, ((SIZE[0] - figure.width) // 2, (SIZE[1] - figure.height) // 2))
    return card


def main() -> None:
    """Write both journeys and all chapters' pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for edition in STEPS:
        (TARGET / f"journey-{edition}.html").write_text(journey(edition), "utf8")
    for chapter in FIGURES:
        chapter_picture(chapter).quantize(64).save(TARGET / f"{chapter}.png", optimize=True)


if __name__ == "__main__":
    main()
