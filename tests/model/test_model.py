"""The whole model: counts to the unit, equality of its paths, and everything that users do with it."""

import copy
import io
import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
import torch
from reference import assert_close, assert_error_names, random_tensor, randomise

from vit_tutorial import (
    VisionTransformer,
    ViTConfig,
    interpolate_position_embedding,
)

CONFIG = ViTConfig(
    image_size=(8, 12), patch_size=4, embed_dim=12, depth=2, num_heads=3, mlp_dim=20, num_classes=5
)
CHOICES = [(position, pooling) for position in ("learned", "sincos2d", "none") for pooling in ("cls", "mean")]
COMPILER = shutil.which(os.environ.get("CXX", "g++"))
HEADERS = Path(sysconfig.get_path("include"), "Python.h").is_file()
NEEDS_COMPILER = pytest.mark.skipif(
    not (COMPILER and HEADERS),
    reason="needs a C++ compiler and Python's headers (Debian: apt-get install g++ python3-dev)",
)
COUNTS = {
    "ViT-Ti/16": 5_717_416,
    "ViT-S/16": 22_050_664,
    "ViT-S/32": 22_878_952,
    "ViT-B/16": 86_567_656,
    "ViT-B/32": 88_224_232,
    "ViT-L/16": 304_326_632,
    "ViT-L/32": 306_535_400,
    "ViT-H/14": 632_045_800,
}


def model(dtype: torch.dtype = torch.float64, **changes: object) -> VisionTransformer:
    return randomise(VisionTransformer(replace(CONFIG, **changes)).to(dtype))


def images(b: int = 2, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return random_tensor(b, 3, 8, 12, dtype=dtype)


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("name", COUNTS)
def test_counts_to_the_unit(name):
    with torch.device("meta"):
        built = VisionTransformer(ViTConfig.named(name))
        assert built(torch.empty(1, 3, 224, 224)).shape == (1, 1000)
    assert all(parameter.is_meta for parameter in built.parameters())
    assert count(built) == COUNTS[name]


def test_counts_of_parts_and_variations():
    with torch.device("meta"):
        base = VisionTransformer()
        assert base.config == ViTConfig.named("ViT-B/16") == ViTConfig()
        assert count(base.embeddings.patch_embedding) == 590_592
        assert base.embeddings.class_token.numel() == 768
        assert base.embeddings.position_embedding.numel() == 151_296
        assert [count(block) for block in base.encoder.blocks] == [7_087_872] * 12
        assert count(base.encoder.norm) == 1_536
        assert count(base.head) == 769_000
        assert count(base) - count(base.head) == 85_798_656
        assert count(VisionTransformer(ViTConfig.named("ViT-B/16", num_classes=3))) == 85_800_963
        assert count(VisionTransformer(ViTConfig(pooling="mean"))) == 86_566_120
        assert count(VisionTransformer(ViTConfig(image_size=384))) - count(base) == 291_840


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_every_parameter_moves_the_logits(position, pooling):
    built, x = model(position=position, pooling=pooling), images()
    before = built(x)
    for name, tensor in built.state_dict().items():
        kept = tensor.clone()
        tensor += 0.1 * random_tensor(*tensor.shape, seed=7)
        assert not torch.allclose(built(x), before, rtol=1e-6), name
        tensor.copy_(kept)
    assert torch.equal(built(x), before)


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_every_parameter_has_a_gradient(position, pooling):
    built = model(position=position, pooling=pooling)
    built(images()).pow(2).sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in built.parameters())


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_the_parts_make_the_whole(position, pooling):
    built, x = model(position=position, pooling=pooling), images()
    tokens = built.tokens(x)
    assert tokens.shape == (2, built.config.num_tokens, 12)
    read_out = tokens[:, 0] if pooling == "cls" else tokens.mean(1)
    torch.testing.assert_close(built(x), read_out @ built.head.weight.T + built.head.bias)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_attention_maps_reproduce_forward(pooling):
    built, x = model(pooling=pooling), images()
    maps = built.attention_maps(x)
    t = built.config.num_tokens
    assert maps.shape == (2, 2, 3, t, t)
    torch.testing.assert_close(maps.sum(-1), torch.ones_like(maps[..., 0]))
    tokens = built.embeddings(x)
    for block, weights in zip(built.encoder.blocks, maps, strict=True):
        value = block.attention.qkv(block.norm1(tokens))[..., 24:]  # (B, T, D)
        value = value.reshape(2, t, 3, 4).transpose(1, 2)  # (B, h, T, D_h)
        heads = (weights @ value).transpose(1, 2).reshape(2, t, 12)
        tokens = tokens + block.attention.projection(heads)
        tokens = tokens + block.mlp(block.norm2(tokens))
    assert_close(built.encoder.norm(tokens), built.tokens(x), 1e-10)


def test_images_of_a_batch_do_not_mix():
    built, x = model(), images(3)
    torch.testing.assert_close(built(x)[1:2], built(x[1:2]))


def test_without_positions_patches_may_be_shuffled():
    x = images()
    shuffled = torch.cat([x[..., 4:8], x[..., :4], x[..., 8:]], dim=-1)
    torch.testing.assert_close(model(position="none")(x), model(position="none")(shuffled))
    assert not torch.allclose(model()(x), model()(shuffled))


def test_start():
    torch.manual_seed(0)
    built = VisionTransformer(CONFIG)
    assert built(images(dtype=torch.float32)).abs().max() == 0  # all classes equally likely
    assert built.embeddings.class_token.abs().max() == 0
    assert not torch.equal(
        built.encoder.blocks[0].mlp.linear1.weight, built.encoder.blocks[1].mlp.linear1.weight
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    built = model(dtype)
    logits = built(images(dtype=dtype))
    assert logits.dtype == dtype and built.attention_maps(images(dtype=dtype)).dtype == dtype
    exact = copy.deepcopy(built).double()(images(dtype=dtype).double())
    assert_close(logits.double(), exact, 100 * torch.finfo(dtype).eps)


def test_autocast():
    built, x = model(torch.float32), images(dtype=torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = built(x)
        maps = built.attention_maps(x)
        logits.float().pow(2).sum().backward()
    assert logits.dtype == torch.bfloat16
    assert_close(logits.float(), built(x), 0.1)
    assert_close(maps.float(), built.attention_maps(x), 0.1)
    assert all(parameter.grad.dtype == torch.float32 for parameter in built.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_equals_cpu():
    built, x = model(), images()
    assert_close(built.cuda()(x.cuda()).cpu(), built.cpu()(x), 1e-10)


@pytest.mark.parametrize("backend", ["aot_eager", pytest.param("inductor", marks=NEEDS_COMPILER)])
def test_compiles_without_a_break(backend, tmp_path, monkeypatch):
    # A kernel that Inductor kept when ATEN_CPU_CAPABILITY was another does not compile.
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    built, x = model(torch.float32, depth=1), images(dtype=torch.float32)
    compiled = torch.compile(built, fullgraph=True, backend=backend)
    assert_close(compiled(x), built(x), 1e-5)


def test_exports_for_any_batch_size():
    built = model()
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(built, (images(2),), dynamic_shapes=({0: batch},))
    assert_close(program.module()(images(5)), built(images(5)), 1e-10)


@pytest.mark.parametrize("position", ["learned", "sincos2d", "none"])
def test_copies_and_saved_weights(position):
    built, x = model(position=position), images()
    assert torch.equal(copy.deepcopy(built)(x), built(x))
    assert torch.equal(pickle.loads(pickle.dumps(built))(x), built(x))
    file = io.BytesIO()
    torch.save(built.state_dict(), file)
    file.seek(0)
    fresh = VisionTransformer(built.config).double()
    fresh.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(fresh(x), built(x))


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_resized(position, pooling):
    built = model(position=position, pooling=pooling).eval()
    built.embeddings.patch_embedding.requires_grad_(False)
    before = copy.deepcopy(built.state_dict())
    other = built.resized((16, 8))
    assert other.config == replace(built.config, image_size=(16, 8))
    assert other(random_tensor(2, 3, 16, 8)).shape == (2, 5)
    assert not other.training and not other.embeddings.patch_embedding.projection.weight.requires_grad
    for name, value in other.state_dict().items():
        if name == "embeddings.position_embedding":
            if position == "learned":
                assert torch.equal(value, interpolate_position_embedding(before[name], (2, 3), (4, 2)))
        else:
            assert torch.equal(value, before[name])
        value += 1  # its own memory
    for name, value in built.state_dict().items():
        assert torch.equal(value, before[name])
    assert torch.equal(built.resized((8, 12))(images()), built(images()))


def test_training_and_evaluation():
    built = model(dropout=0.3, attention_dropout=0.3)
    x = images()
    assert not torch.equal(built(x), built(x))
    built.eval()
    assert torch.equal(built(x), built(x))
    torch.testing.assert_close(built(x), model()(x))  # the rates change nothing outside training
    dropouts = [m.p for m in built.modules() if isinstance(m, torch.nn.Dropout)]
    assert dropouts == [0.3] * (1 + 3 * 2)
    only_attention = model(attention_dropout=0.3)
    assert not torch.equal(only_attention(x), only_attention(x))


def test_it_learns():
    torch.manual_seed(0)
    built, x = VisionTransformer(CONFIG), images(5, torch.float32)
    optimizer = torch.optim.AdamW(built.parameters(), lr=3e-3)
    for _ in range(150):
        loss = torch.nn.functional.cross_entropy(built(x), torch.arange(5))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


def test_nothing_is_printed_and_no_random_number_drawn_where_none_is_needed(capsys):
    built = model()
    state = torch.get_rng_state()
    built(images())
    built.resized((16, 8))
    assert torch.equal(torch.get_rng_state(), state)
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_the_largest_takes_no_memory():
    program = """
import torch
from pathlib import Path
from vit_tutorial import VisionTransformer, ViTConfig
def peak():  # kB; unlike getrusage's, a new program's own and not its parent's
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
with torch.device("meta"):
    VisionTransformer(ViTConfig(depth=1))  # what torch loads for its meta device comes first
    before = peak()
    VisionTransformer(ViTConfig.named("ViT-H/14"))
print(peak() - before)
torch.ones(50_000_000)
print(peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    taken, with_ones = map(int, done.stdout.split())
    assert taken < 50_000  # the weights would be 2,500,000
    assert with_ones > 190_000  # the measure works


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
