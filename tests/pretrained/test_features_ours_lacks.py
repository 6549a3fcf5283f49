"""What timm and torchvision can do and our model can't is named, never poured over."""

import pytest
import timm
import torchvision
from foreign_models import SMALL, of_timm, of_torchvision
from timm.layers import SwiGLU, SwiGLUPacked
from timm.models import vision_transformer as timm_vit
from torch import nn

from vit_tutorial import pretrained

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
    ({"qkv_bias": False}, "missing entries: blocks.0.attn.qkv.bias"),
    ({"proj_bias": False}, "blocks.0.mlp.fc2.bias"),
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
