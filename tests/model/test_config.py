"""The model's configuration: its values, and what it and the model refuse."""

from dataclasses import FrozenInstanceError, replace

import pytest
from reference import assert_error_names, random_tensor
from small_model import COUNTS, model

from vit_tutorial import VisionTransformer, ViTConfig


def test_config():
    config = ViTConfig.named("ViT-L/32", num_classes=3, image_size=[256, 384], position="sincos2d")
    assert (config.embed_dim, config.depth, config.num_heads, config.mlp_dim) == (1024, 24, 16, 4096)
    assert (config.grid_size, config.num_patches, config.num_tokens) == ((8, 12), 96, 97)
    assert hash(config) == hash(replace(config)) and replace(config, pooling="mean").num_tokens == 96
    assert ViTConfig().image_size == 224
    with pytest.raises(FrozenInstanceError):
        config.depth = 3
    huge = ViTConfig.named("ViT-H/14")
    assert (huge.patch_size, huge.embed_dim, huge.depth, huge.num_heads) == (14, 1280, 32, 16)


def test_an_unchecked_attribute_would_show():
    """Every attribute refuses a value of a foreign type."""
    for name in ViTConfig.__dataclass_fields__:
        with pytest.raises((TypeError, ValueError), match=r"\bobject\b|one of"):
            ViTConfig(**{name: object()})


BAD_INPUT = [
    (lambda: ViTConfig(num_heads=5), ValueError, ["num_heads 5", "embed_dim 768", "770"]),
    (lambda: ViTConfig(image_size=225), ValueError, ["height 225", "16", "224", "240"]),
    (lambda: ViTConfig(image_size=(224, 100)), ValueError, ["width 100", "16"]),
    (lambda: ViTConfig(image_size=(224, 224, 3)), ValueError, ["image_size", "(224, 224, 3)"]),
    (lambda: ViTConfig(patch_size=0), ValueError, ["patch_size", "0"]),
    (lambda: ViTConfig(patch_size=16.0), TypeError, ["patch_size", "16.0"]),
    (lambda: ViTConfig(depth=-1), ValueError, ["depth", "-1"]),
    (lambda: ViTConfig(embed_dim=0), ValueError, ["embed_dim", "0"]),
    (lambda: ViTConfig(mlp_dim=True), TypeError, ["mlp_dim", "bool"]),
    (lambda: ViTConfig(num_classes=0), ValueError, ["num_classes", "0"]),
    (lambda: ViTConfig(in_channels=0), ValueError, ["in_channels", "0"]),
    (lambda: ViTConfig(dropout=1.0), ValueError, ["dropout", "[0, 1)", "1.0"]),
    (lambda: ViTConfig(dropout=float("nan")), ValueError, ["dropout", "nan"]),
    (lambda: ViTConfig(attention_dropout=-0.5), ValueError, ["attention_dropout", "-0.5"]),
    (lambda: ViTConfig(layer_norm_eps=0), ValueError, ["layer_norm_eps", "greater than 0", "1e-6"]),
    (lambda: ViTConfig(position="1d"), ValueError, ["position", "'1d'", "'learned'", "'sincos2d'", "'none'"]),
    (lambda: ViTConfig(pooling="max"), ValueError, ["pooling", "'max'", "'cls'", "'mean'"]),
    (
        lambda: ViTConfig(embed_dim=6, num_heads=1, position="sincos2d"),
        ValueError,
        ["sincos2d", "divisible by 4", "6"],
    ),
    (lambda: ViTConfig.named("ViT-B/8"), ValueError, ["'ViT-B/8'", *COUNTS]),
    (lambda: ViTConfig.named(16), ValueError, ["16", "ViT-B/16"]),
    (lambda: ViTConfig.named("ViT-B/16", heads=3), TypeError, ["heads"]),
    (lambda: ViTConfig.named("ViT-B/16", num_classes=0), ValueError, ["num_classes"]),
    (lambda: VisionTransformer("ViT-B/16"), TypeError, ["str", "ViTConfig.named"]),
    (lambda: model()(random_tensor(1, 3, 8, 8)), ValueError, ["8×12", "8×8", "model.resized((8, 8))"]),
    (lambda: model().tokens(random_tensor(1, 1, 8, 12)), ValueError, ["3 channels", "have 1"]),
    (lambda: model().attention_maps(random_tensor(3, 8, 12)), ValueError, ["unsqueeze(0)"]),
    (lambda: model().resized((8, 9)), ValueError, ["width 9", "4"]),
    (lambda: model().resized(8.0), TypeError, ["image_size", "8.0"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_INPUT)
def test_bad_input_is_named(call, error, words):
    assert_error_names(call, error, words)
