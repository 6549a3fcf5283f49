"""A trained model as a file that other programs run, without this package."""

import copy
import io
import json
from pathlib import Path

import torch

from vit_tutorial.model import VisionTransformer
from vit_tutorial.saving import write_atomically
from vit_tutorial.wrapped import unwrap

TOLD = ("classes", "preprocessing")  # what no weight says


def export(model: VisionTransformer, path: str | Path) -> Path:
    """Write a model as a graph of operations, for ONNX's runtimes or for PyTorch alone; return the path.

    The graph takes "images", float32 of shape (B, C, H, W) for any B, and gives "logits" of shape (B, K). Its
    metadata hold what the weights do not say: `classes` and `preprocessing` of the model, as JSON.

    Args:
        model: compiled or wrapped or not; it stays as it is.
        path: "….onnx" (needs the packages onnx and onnxscript), or "….pt2" for `torch.export.load`; an existing
            file is replaced.

    Raises:
        ValueError: the file's name ends in something else.
        ModuleNotFoundError: a package that ONNX needs is missing.
    """
    path = Path(path)
    if path.suffix not in (".onnx", ".pt2"):
        raise ValueError(
            f"the exported file's name must end in .onnx or .pt2, got {path.name!r}."
        )
    model = copy.deepcopy(unwrap(model)).cpu().float().eval()
    images = torch.zeros(2, model.config.in_channels, *model.embeddings.image_size)
    any_number = {"images": {0: torch.export.Dim("batch")}}
    program = torch.export.export(
        model, (images,), dynamic_shapes=any_number, strict=False
    )
    told = {name: json.dumps(getattr(model, name, None)) for name in TOLD}
    if path.suffix == ".pt2":
        content = io.BytesIO()
        torch.export.save(program, content, extra_files=told)
        write_atomically(path, lambda half: half.write_bytes(content.getvalue()))
        return path
    import onnxscript  # noqa: F401 (what is missing is said here in fewer words than below)

    names = {"input_names": ["images"], "output_names": ["logits"]}
    graph = torch.onnx.export(program, (), dynamo=True, verbose=False, **names)
    graph.model.metadata_props.update(told)
    write_atomically(path, graph.save)
    return path
