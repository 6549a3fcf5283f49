"""For tests and notebooks alike: nbval's kernels talk as those of book/tools/execute.py do, without ports."""

import nbval.kernel
from execute import without_ports
from jupyter_client.manager import KernelManager


def manager(**options: object) -> KernelManager:
    return KernelManager(**options, **without_ports())


nbval.kernel.KernelManager = manager
