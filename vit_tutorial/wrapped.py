"""Models inside others: what is saved, filled and poured is the model itself."""

from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.optim.swa_utils import AveragedModel

WRAPPERS = (DataParallel, DistributedDataParallel, AveragedModel)


def unwrap(model: nn.Module) -> nn.Module:
    """The model inside `torch.compile`, DataParallel, DistributedDataParallel or an averaged model."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if isinstance(model, WRAPPERS):
            inner = model.module
        if inner is None:
            return model
        model = inner
