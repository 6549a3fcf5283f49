"""Exercise 07.3: right predictions of other kinds pass, and of several mistakes at once a true one is told."""

import pytest
import torch
import torch.nn.functional as F
from verdicts import verdict

from vit_tutorial import check
from vit_tutorial.exercises import all_exercises
from vit_tutorial.training import evaluating


def in_inference_mode(model, pixels):
    with evaluating(model), torch.inference_mode():
        images = (pixels[:, None].float() / 255 - 0.5) / 0.5
        return F.softmax(model(images), dim=1)


@torch.no_grad()
def one_by_one(model, pixels):
    mode, model.training = model.training, False
    model.eval()
    rows = [model(image[None, None] * (2 / 255) - 1).softmax(1) for image in pixels]
    model.train(mode)
    return torch.cat(rows)


def by_hand(model, pixels):
    was_training = model.training
    model.train(False)
    with torch.no_grad():
        logits = model((pixels.double() - 127.5).div(127.5).float().reshape(len(pixels), 1, 8, 12))
    model.train(was_training)
    return logits.exp() / logits.exp().sum(dim=1, keepdim=True)


@pytest.mark.parametrize("answer", [in_inference_mode, one_by_one, by_hand])
def test_other_predictions_pass(answer):
    check("07.3", answer)


def prediction(of, output=lambda logits: logits.softmax(dim=-1)):
    """A prediction that is right but for the pixels that the model gets, or for its output."""

    def predict_probabilities(model, pixels):
        with evaluating(model), torch.no_grad():
            return output(model(of(pixels)))

    return predict_probabilities


RIGHT = all_exercises()["07.3"].solution


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (prediction(lambda x: x / 255), "channel axis is missing"),
        (prediction(lambda x: x[None] / 127.5 - 1), "channel axis is at the wrong place"),
        (prediction(lambda x: x[..., None] / 127.5 - 1), "channel axis is at the wrong place"),
        (prediction(lambda x: x[:, None]), "the bytes as they are"),
        (prediction(lambda x: x[:, None] // 255), "only a few different values"),
        (prediction(lambda x: (x[:, None] - 128) / 128), "the bytes ran over"),
        (prediction(lambda x: (x[:, None].float() - 128) / 128), "by other numbers"),
        (prediction(lambda x: (x[:, None] / 255 - 0.2860) / 0.3530), "by other numbers"),
        (
            prediction(lambda x: x[:, None] / x.amax(dim=(1, 2))[:, None, None, None] * 2 - 1),
            "by its own mean",
        ),
        (prediction(lambda x: x[:, None] / x.max() * 2 - 1), "by other numbers"),
        (prediction(lambda x: 1 - x[:, None] / 255), "swapped black and white"),
        (prediction(lambda x: x[:2, None] / 127.5 - 1), "each of them once"),
        (lambda model, pixels: torch.zeros(len(pixels), 7), "each of them once"),
        (prediction(lambda x: x[:, None] / 127.5 - 1, lambda z: z.softmax(1).tolist()), "as a tensor"),
        (prediction(lambda x: x[:, None] / 127.5 - 1, lambda z: z.softmax(1)[0]), "as a tensor"),
        (lambda model, pixels: RIGHT(model.train(), pixels), "leaves in train mode"),
    ],
)
def test_what_other_wrong_predictions_are_told(answer, part):
    assert part in verdict("07.3", answer)
