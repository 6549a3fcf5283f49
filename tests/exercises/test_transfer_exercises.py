"""Exercises 07.1, 07.2 and 07.4: solutions agree with the package and with PyTorch, right answers of other kinds
pass, and of several mistakes at once a true one is told."""

import copy

import pytest
import torch
from torch import nn
from verdicts import verdict

from vit_tutorial import VisionTransformer, ViTConfig, check, freeze, replace_head
from vit_tutorial.exercises import all_exercises
from vit_tutorial.transfer import parameter_groups

EXERCISES = all_exercises()


@pytest.mark.parametrize("number", ["07.2", "07.3", "07.4", "07.5"])
def test_random_numbers_are_left_alone_and_other_errors_stay_the_learners(number):
    def raises(*_):
        raise ValueError("mine")

    before = torch.get_rng_state()
    check(number, EXERCISES[number].solution)
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(ValueError, match="mine"):
        check(number, raises)


@pytest.mark.parametrize("number", ["07.2", "07.3", "07.4"])
def test_a_forgotten_return_is_told(number):
    assert "`return` missing" in verdict(number, lambda *_: None)


# 07.1


def test_costs_are_those_of_the_package_and_of_adamw():
    with torch.device("meta"):
        model = replace_head(VisionTransformer(ViTConfig.named("ViT-B/16")), 3)

    def learning(*parts) -> int:
        return sum(p.numel() for p in freeze(model, parts).parameters() if p.requires_grad)

    costs = EXERCISES["07.1"].solution()
    assert costs["probe"] == learning("head")
    assert costs["last_block"] == learning("head", "encoder.blocks.11")
    assert costs["fine_tuning"] == learning("head", "embeddings", "encoder")
    head = nn.Linear(768, 3)
    optimizer = torch.optim.AdamW(head.parameters())
    head(torch.ones(768)).sum().backward()
    optimizer.step()
    kept = [s[name] for s in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
    assert costs["probe_bytes"] == sum(average.nbytes for average in kept)
    assert costs["fine_tuning_bytes"] / costs["fine_tuning"] == costs["probe_bytes"] / costs["probe"]


# 07.2


def by_the_package(model, num_classes):
    return freeze(replace_head(model, num_classes), except_="head")


def by_name(model, num_classes):
    model.head = nn.Linear(model.head.in_features, num_classes)
    for parameter in model.head.parameters():
        parameter.data.zero_()
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name in ("head.weight", "head.bias")
    return model


def by_parts(model, num_classes):
    head = nn.Linear(model.config.embed_dim, num_classes)
    head.load_state_dict({"weight": 0 * head.weight, "bias": 0 * head.bias})
    model.head = head
    model.embeddings.requires_grad_(False)
    model.encoder.requires_grad_(False)
    return model.eval()


def in_the_old_module(model, num_classes):
    for parameter in model.parameters():
        parameter.detach_()
    model.head.weight = nn.Parameter(torch.zeros(num_classes, model.head.in_features))
    model.head.bias = nn.Parameter(torch.zeros(num_classes))
    return model


def on_a_copy(model, num_classes):
    return by_name(copy.deepcopy(model), num_classes)


@pytest.mark.parametrize("answer", [by_the_package, by_name, by_parts, in_the_old_module, on_a_copy])
def test_other_linear_probes_pass(answer):
    check("07.2", answer)


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda model, _: model.requires_grad_(False), "still has its old head"),
        (lambda model, _: model, "still has its old head"),
        (lambda model, _: model.head, "return the model"),
        (lambda model, n: replace_head(model, n).requires_grad_(False).eval(), "the new head is frozen"),
        (lambda model, n: freeze(replace_head(model, n), ("head", "encoder.norm")), "some of the backbone"),
    ],
)
def test_what_other_wrong_probes_are_told(answer, part):
    assert part in verdict("07.2", answer)


# 07.4


def by_parameter_groups(model, num_classes, rate):
    return torch.optim.AdamW(parameter_groups(replace_head(model, num_classes), rate), weight_decay=0.1)


def in_many_groups(model, num_classes, rate):
    replace_head(model, num_classes)
    rest = [*model.embeddings.parameters(), *model.encoder.parameters()]
    optimizer = torch.optim.AdamW([{"params": [p]} for p in rest], lr=torch.tensor(0.1 * rate))
    optimizer.add_param_group({"params": model.head.bias, "lr": rate, "weight_decay": 0.0})
    optimizer.add_param_group({"params": model.head.weight, "lr": rate})
    return optimizer


def by_identity(model, num_classes, rate):
    model.head = nn.Linear(model.head.in_features, num_classes)
    head = [nn.init.zeros_(p) for p in model.head.parameters()]
    known = {id(p) for p in head}
    rest = [p for p in model.parameters() if id(p) not in known]
    return torch.optim.AdamW(
        [{"params": rest}, {"params": head, "lr": rate}], lr=rate * 0.1, betas=(0.9, 0.95)
    )


@pytest.mark.parametrize("answer", [by_parameter_groups, in_many_groups, by_identity])
def test_other_optimizers_pass(answer):
    check("07.4", answer)


def optimizer_of(parameters, num_classes=None, **options):
    """An AdamW for a model with a new head."""

    def make_optimizer(model, classes, rate):
        replace_head(model, num_classes or classes)
        return torch.optim.AdamW(parameters(model, rate), **{"lr": rate, **options})

    return make_optimizer


@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate")
@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (optimizer_of(parameter_groups, 4), "from the old one's in_features"),
        (optimizer_of(lambda model, _: model.parameters()), "as fast as the head"),
        (optimizer_of(lambda model, _: [*model.parameters(), model.head.bias]), "listed twice"),
        (optimizer_of(lambda model, _: model.parameters(), lr=0.5), "does not learn at `rate`"),
        (optimizer_of(lambda model, rate: parameter_groups(model, rate, 0.3)), "not all of the backbone"),
        (optimizer_of(lambda model, rate: parameter_groups(freeze(model, "head"), rate)), "are frozen"),
        (optimizer_of(lambda model, _: model.encoder.parameters()), "does not have the head"),
        (lambda model, classes, rate: model.requires_grad_(True), "no optimizer"),
    ],
)
def test_what_other_wrong_optimizers_are_told(answer, part):
    assert part in verdict("07.4", answer)
