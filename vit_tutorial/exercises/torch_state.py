"""What PyTorch shares by all code of a process: in order while an answer is judged, and given back as it was."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch

from vit_tutorial.exercises.compare import Text

# What it is called, how it is read, how it is set.
SWITCHES: dict[Text, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    Text(
        "grad mode (torch.set_grad_enabled)", "是否记录梯度（torch.set_grad_enabled）"
    ): (
        torch.is_grad_enabled,
        torch.set_grad_enabled,
    ),
    Text("the default dtype", "默认数据类型"): (
        torch.get_default_dtype,
        torch.set_default_dtype,
    ),
    Text("the default device", "默认设备"): (
        torch.get_default_device,
        torch.set_default_device,
    ),
    Text("autocast", "autocast"): (
        lambda: torch.is_autocast_enabled("cpu"),
        lambda on: torch.set_autocast_enabled("cpu", on),
    ),
    Text("deterministic algorithms", "确定性算法的开关"): (
        torch.are_deterministic_algorithms_enabled,
        torch.use_deterministic_algorithms,
    ),
    Text("the seed of the random numbers", "随机数种子"): (
        torch.initial_seed,
        lambda seed: None,  # fork_rng gives it back
    ),
}


def read() -> list[Any]:
    """The state of each switch."""
    return [get() for get, _ in SWITCHES.values()]


def put_back(states: list[Any]) -> None:
    """Set each switch that is not as it was."""
    for (get, set_), state in zip(SWITCHES.values(), states, strict=True):
        if get() != state:
            set_(state)


def changed(before: list[Any]) -> list[Text]:
    """The names of the switches that are not as they were."""
    now = zip(SWITCHES, before, read(), strict=True)
    return [name for name, old, new in now if old != new]


@contextmanager
def in_order(dtype: torch.dtype) -> Iterator[None]:
    """Judge in a state that is always the same, whatever the notebook has set; afterwards all is as before.

    Args:
        dtype: the default one: an answer's `torch.zeros(...)` then fits the inputs.
    """
    before = read()
    cpu = torch.device("cpu")
    elsewhere = torch.get_default_device() != cpu  # said for all, or by a `with` around
    try:
        with (
            torch.random.fork_rng(devices=[]),
            torch.inference_mode(False),
            cpu if elsewhere else nullcontext(),
        ):
            put_back([True, dtype, cpu, False, False, before[-1]])
            yield
    finally:
        put_back(before)


class OutOfTime(BaseException):
    """An answer that did not come to an end; no Exception, or the answer might catch it itself."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so many seconds, where the platform can: not on Windows, not beside the main thread."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
