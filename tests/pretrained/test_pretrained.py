"""Weights of torchvision, timm and the JAX code in our model: equal logits, or an error that says why not."""

import copy
import pickle

import numpy as np
import pytest
import timm
import torch
import torchvision
from reference import NEWER, RELEASED, assert_close, jax_checkpoint, jax_logits, random_tensor, randomise
from timm.layers import SwiGLU, SwiGLUPacked
from timm.models import vision_transformer as timm_vit
from torch import nn

from vit_tutorial import VisionTransformer, ViTConfig, pretrained

PRECISION = [(torch.float32, 1e-5), (torch.float64, 1e-10)]


def of_timm(dtype: torch.dtype = torch.float64, **changes: object) -> timm_vit.VisionTransformer:
    sizes = {
        "img_size": 16,
        "patch_size": 4,
        "embed_dim": 12,
        "depth": 2,
        "num_heads": 3,
        "mlp_ratio": 2,
        "num_classes": 5,
    }
    return randomise(timm_vit.VisionTransformer(**(sizes | changes)).to(dtype)).eval()


def of_torchvision(dtype: torch.dtype = torch.float64, **changes: object) -> nn.Module:
    sizes = {
        "image_size": 16,
        "patch_size": 4,
        "num_layers": 2,
        "num_heads": 3,
        "hidden_dim": 12,
        "mlp_dim": 20,
    }
    sizes |= {"num_classes": 5}
    return randomise(torchvision.models.VisionTransformer(**(sizes | changes)).to(dtype)).eval()


def images(*size: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return random_tensor(2, 3, *size, dtype=dtype)


SMALL = {
    "torchvision": (of_torchvision, pretrained.from_torchvision),
    "timm": (of_timm, pretrained.from_timm),
}


@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
@pytest.mark.parametrize("library", SMALL)
def test_small_models_with_gradients(library, dtype, relative):
    build, pour = SMALL[library]
    theirs = build(dtype).train()  # without torchvision's fast path of evaluation, which has no gradients
    x = images(16, 16, dtype=dtype)
    for ours in (pour(theirs), pour(theirs.state_dict(), num_heads=3)):
        assert theirs.training
        a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
        assert_close(ours(a), theirs(b), relative)
        theirs.zero_grad()
        ours(a).pow(2).sum().backward()
        theirs(b).pow(2).sum().backward()
        assert_close(a.grad, b.grad, relative)
        gradients = sorted(p.grad.abs().sum().item() for p in ours.parameters())
        expected = sorted(p.grad.abs().sum().item() for p in theirs.parameters())
        assert gradients == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("build", "pour", "name"),
    [
        (torchvision.models.vit_b_16, pretrained.from_torchvision, "ViT-B/16"),
        (lambda: timm.create_model("vit_tiny_patch16_224"), pretrained.from_timm, "ViT-Ti/16"),
        (lambda: timm.create_model("vit_base_patch16_224"), pretrained.from_timm, "ViT-B/16"),
    ],
)
@torch.no_grad()
def test_full_size_models(build, pour, name):
    theirs, x = randomise(build()).eval(), images(224, 224, dtype=torch.float32)
    ours = pour(theirs)
    assert ours.config == ViTConfig.named(name)
    assert_close(ours(x), theirs(x), 1e-5)
    assert pour(theirs.state_dict()).config == ours.config


def test_the_copy_is_our_own():
    theirs = of_timm()
    ours = pretrained.from_timm(theirs)
    before = copy.deepcopy(theirs.state_dict())
    with torch.no_grad():
        for parameter in ours.parameters():
            assert parameter.requires_grad
            parameter.zero_()
    for name, value in theirs.state_dict().items():
        assert torch.equal(value, before[name])


def test_every_entry_of_theirs_is_read():
    theirs, x = of_timm(), images(16, 16)
    before = pretrained.from_timm(theirs)(x)
    state = theirs.state_dict()
    for name, value in state.items():
        changed = state | {name: value + 0.1 * random_tensor(*value.shape, seed=3)}
        assert not torch.allclose(pretrained.from_timm(changed, num_heads=3)(x), before), name


@pytest.mark.parametrize("library", SMALL)
def test_eps_is_carried_over(library):
    def norm(width: int, **kwargs: object) -> nn.LayerNorm:
        return nn.LayerNorm(width, eps=0.2, **kwargs)

    build, pour = SMALL[library]
    theirs = build(norm_layer=norm)
    ours = pour(theirs)
    assert ours.config.layer_norm_eps == 0.2
    assert_close(ours(images(16, 16)), theirs(images(16, 16)), 1e-10)


def test_torchvisions_older_names():
    theirs = of_torchvision()
    older = {
        name.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): value
        for name, value in theirs.state_dict().items()
    }
    ours = pretrained.from_torchvision(older, num_heads=3)
    assert_close(ours(images(16, 16)), theirs(images(16, 16)), 1e-10)


def test_images_that_are_not_square():
    theirs, x = of_timm(img_size=(8, 20)), images(8, 20)
    assert_close(pretrained.from_timm(theirs)(x), theirs(x), 1e-10)
    ours = pretrained.from_timm(theirs.state_dict(), num_heads=3, image_size=(8, 20))
    assert ours.config.image_size == (8, 20)
    assert_close(ours(x), theirs(x), 1e-10)


def test_without_class_token():
    theirs = of_timm(class_token=False, global_pool="avg", fc_norm=False)
    ours = pretrained.from_timm(theirs)
    assert ours.config.pooling == "mean"
    assert_close(ours(images(16, 16)), theirs(images(16, 16)), 1e-10)


TIMM_FEATURES = [
    ({"init_values": 1e-5}, "LayerScale"),
    ({"reg_tokens": 2}, "register tokens"),
    ({"qk_norm": True}, "qk-norm"),
    ({"global_pool": "avg"}, "pooled tokens"),
    ({"global_pool": "avg", "fc_norm": False}, "global_pool='avg'"),
    ({"global_pool": "max", "fc_norm": False}, "global_pool='max'"),
    ({"global_pool": "map"}, "attention pooling"),
    ({"class_token": False, "global_pool": "avg"}, "fc_norm"),
    ({"pre_norm": True}, "before the blocks"),
    ({"no_embed_class": True}, "no_embed_class"),
    ({"qkv_bias": False}, "queries, keys and values without bias"),
    ({"proj_bias": False}, "an MLP without bias"),
    ({"act_layer": "gelu_tanh"}, "GELUTanh"),
    ({"act_layer": "relu"}, "ReLU"),
    ({"mlp_layer": SwiGLU}, "SwiGLU"),
    ({"mlp_layer": SwiGLUPacked}, "SwiGLU"),
    ({"block_fn": timm_vit.ResPostBlock}, "ResPostBlock"),
    ({"block_fn": timm_vit.ParallelThingsBlock}, "parallel blocks"),
    ({"scale_attn_norm": True}, "inside attention"),
    ({"embed_norm_layer": nn.LayerNorm}, "in the patch embedding"),
    ({"final_norm": False}, "norm.weight"),
    ({"num_classes": 0}, "head.weight"),
    ({"pos_embed": "none"}, "pos_embed"),
    ({"patch_size": (4, 8)}, "(12, 3, 4, 8)"),
]


@pytest.mark.parametrize(("changes", "feature"), TIMM_FEATURES, ids=[str(f) for _, f in TIMM_FEATURES])
def test_features_of_timm_that_ours_lacks(changes, feature):
    with pytest.raises(ValueError) as caught:
        pretrained.from_timm(of_timm(**changes))
    assert feature in str(caught.value)


def test_distilled_model():
    theirs = timm.create_model("deit_tiny_distilled_patch16_224")
    with pytest.raises(ValueError, match="a distillation token"):
        pretrained.from_timm(theirs.state_dict())


def test_features_of_torchvision_that_ours_lacks():
    with pytest.raises(ValueError, match="a pre-logits layer"):
        pretrained.from_torchvision(of_torchvision(representation_size=7))
    stem = [torchvision.models.vision_transformer.ConvStemConfig(6, 3, 4)]
    with pytest.raises(ValueError, match="a stem of convolutions"):
        pretrained.from_torchvision(of_torchvision(conv_stem_configs=stem))
    theirs = of_torchvision()
    theirs.heads = nn.Sequential(nn.Linear(12, 7), nn.Tanh(), nn.Linear(7, 5)).double()
    with pytest.raises(ValueError, match="a head with a hidden layer"):
        pretrained.from_torchvision(theirs)


@pytest.mark.parametrize("library", SMALL)
def test_what_no_weight_shows_is_found_by_running(library):
    build, pour = SMALL[library]
    theirs = build()
    layer = theirs.encoder.layers[0] if library == "torchvision" else theirs.blocks[0]
    layer.mlp.register_forward_hook(lambda module, inputs, output: output * 1.1)
    with pytest.raises(ValueError, match="logits differ"):
        pour(theirs.train())
    assert all(module.training for module in theirs.modules())
    norm = theirs.encoder.ln if library == "torchvision" else theirs.norm
    norm.eps = 0.5
    with pytest.raises(ValueError, match=r"eps \[1e-06, 0.5\]"):
        pour(theirs)


@pytest.mark.parametrize("library", SMALL)
def test_entries_that_do_not_fit_are_all_listed(library):
    build, pour = SMALL[library]
    state = dict(build().state_dict())
    names = list(state)
    state.pop(names[4])
    state.pop(names[-1])
    state["extra.one"] = state["extra.two"] = torch.zeros(3)
    state[names[5]] = torch.zeros(2, 2)
    state[names[9]] = torch.zeros(13)
    state[names[10]] = "not a tensor"
    with pytest.raises(ValueError) as caught:
        pour(state, num_heads=3)
    message = str(caught.value)
    assert f"missing entries: {names[4]}, {names[-1]}" in message
    assert "unexpected entries: extra.one, extra.two" in message
    assert f"{names[5]} is (2, 2), expected" in message
    assert f"{names[9]} is (13,), expected (D = 12)" in message
    assert f"{names[10]} is ('no tensor',)" in message


@pytest.mark.parametrize("pour", [pretrained.from_timm, pretrained.from_torchvision])
def test_foreign_sources(pour):
    for source in ({}, {"a": torch.zeros(2)}, nn.Linear(2, 3)):
        with pytest.raises(ValueError, match="missing entries"):
            pour(source)
    with pytest.raises(TypeError, match="str"):
        pour("vit_b_16.pth")
    with pytest.raises(ValueError, match="missing entries"):
        pour(VisionTransformer(ViTConfig(embed_dim=12, num_heads=3, depth=1)))


def test_number_of_heads_of_a_state_dict():
    state = of_timm().state_dict()
    with pytest.raises(ValueError, match="width 12 does not tell it"):
        pretrained.from_timm(state)
    with pytest.raises(ValueError, match="num_heads 5"):
        pretrained.from_timm(state, num_heads=5)
    usual = of_timm(embed_dim=128, num_heads=2)
    assert pretrained.from_timm(usual.state_dict()).config.num_heads == 2
    with torch.device("meta"):
        huge = torchvision.models.vit_h_14()
        assert pretrained.from_torchvision(huge.state_dict()).config == ViTConfig.named("ViT-H/14")
        shallow = timm_vit.VisionTransformer(embed_dim=1280, depth=2, num_heads=16)
        with pytest.raises(ValueError, match="width 1280"):
            pretrained.from_timm(shallow.state_dict())


def test_image_size_that_does_not_fit():
    state = of_timm(img_size=(8, 20)).state_dict()
    with pytest.raises(ValueError, match=r"table of 11 positions.*image_size"):
        pretrained.from_timm(state, num_heads=3)
    with pytest.raises(ValueError, match=r"8×16 have 2×4 = 8 patches, but there are positions for 10"):
        pretrained.from_timm(state, num_heads=3, image_size=(8, 16))


def saved(tmp_path, weights, name="ViT.npz"):
    np.savez(tmp_path / name, **weights)
    return tmp_path / name


@pytest.mark.parametrize("grid", [(3, 3), (2, 5)])
@pytest.mark.parametrize("class_token", [True, False])
@pytest.mark.parametrize("parts", [RELEASED, NEWER])
@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
def test_jax(tmp_path, parts, class_token, grid, dtype, relative):
    weights = jax_checkpoint(parts, class_token, grid)
    x = np.random.default_rng(1).normal(size=(2, 4 * grid[0], 4 * grid[1], 3))
    expected = torch.from_numpy(jax_logits(weights, x, parts))
    size = None if grid == (3, 3) else (8, 20)
    stored = {name: array.astype(str(dtype)[6:]) for name, array in weights.items()}
    ours = pretrained.from_jax(saved(tmp_path, stored), image_size=size)
    assert ours.config.pooling == ("cls" if class_token else "mean") and ours.config.num_heads == 3
    logits = ours(torch.from_numpy(x).permute(0, 3, 1, 2).to(dtype))
    assert logits.dtype == dtype
    assert_close(logits.double(), expected, relative)


def test_jax_every_entry_is_read(tmp_path):
    weights = jax_checkpoint()
    x = images(12, 12)
    before = pretrained.from_jax(saved(tmp_path, weights))(x)
    for name, array in weights.items():
        if not name.endswith("key/bias"):  # it moves all scores of a row alike: softmax does not see it
            noise = np.random.default_rng(2).normal(size=array.shape)
            after = pretrained.from_jax(str(saved(tmp_path, weights | {name: array + noise})))(x)
            assert not torch.allclose(after, before), name


@pytest.mark.parametrize("name", ["pre_logits/kernel", "MAPHead_0/probe", "conv_root/kernel"])
def test_jax_features_that_ours_lacks(tmp_path, name):
    path = saved(tmp_path, jax_checkpoint() | {name: np.zeros((2, 2))})
    features = {"p": "a pre-logits layer", "M": "attention pooling", "c": "a stem of convolutions"}
    with pytest.raises(ValueError) as caught:
        pretrained.from_jax(path)
    for word in (features[name[0]], name, str(path)):
        assert word in str(caught.value)


def test_jax_entries_that_do_not_fit_are_all_listed(tmp_path):
    weights = jax_checkpoint()
    block = "Transformer/encoderblock_1/"
    weights.pop(f"{block}LayerNorm_2/bias")
    weights[f"{block}MlpBlock_3/Dense_0/kernel"] = np.zeros((20, 12))
    weights["sigmoid/scale"] = np.zeros(3)
    with pytest.raises(ValueError) as caught:
        pretrained.from_jax(saved(tmp_path, weights))
    for words in (
        f"missing entries: {block}LayerNorm_2/bias",
        "unexpected entries: sigmoid/scale",
        f"{block}MlpBlock_3/Dense_0/kernel is (20, 12), expected (D = 12, M = 20)",
    ):
        assert words in str(caught.value)


def test_jax_heads_must_make_up_the_width(tmp_path):
    weights = jax_checkpoint()
    for name in list(weights):
        if "/query/" in name or "/key/" in name or "/value/" in name:
            weights[name] = weights[name][..., :3]
        if "/out/kernel" in name:
            weights[name] = weights[name][:, :3]
    with pytest.raises(ValueError, match="3 heads of width 3"):
        pretrained.from_jax(saved(tmp_path, weights))


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code of the file was run')",))


def test_files_that_are_damaged_or_foreign(tmp_path):
    whole = saved(tmp_path, jax_checkpoint()).read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 3 : len(whole) // 3 + 400] = bytes(400)
    contents = {
        "cut.npz": whole[: len(whole) // 2],
        "hole.npz": bytes(middle),
        "empty.npz": b"",
        "page.npz": b"<!DOCTYPE html>",
        "pickle.npz": pickle.dumps(Bomb()),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    np.save(tmp_path / "one.npy", np.zeros(3))
    saved(tmp_path, {"a": np.array([Bomb()], dtype=object)}, "object.npz")
    for name in (*contents, "one.npy", "object.npz"):
        with pytest.raises(ValueError, match=f"cannot read .*{name} as an .npz file"):
            pretrained.from_jax(tmp_path / name)
    with pytest.raises(ValueError, match=r"no floating-point numbers: head/bias \(int64\)"):
        pretrained.from_jax(saved(tmp_path, jax_checkpoint() | {"head/bias": np.zeros(5, dtype=int)}))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        pretrained.from_jax(tmp_path / "nowhere.npz")
    with pytest.raises(ValueError, match=r"table of 11 positions.*image_size"):
        pretrained.from_jax(saved(tmp_path, jax_checkpoint(grid=(2, 5))))
