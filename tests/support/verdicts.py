"""What `check` says to a wrong answer."""

from __future__ import annotations

from typing import Any

import pytest

from vit_tutorial import check
from vit_tutorial.exercises import WrongAnswer


def verdict(number: str, answer: Any) -> str:
    """The message that a wrong answer gets, in both languages.

    Args:
        number: the exercise's number.
        answer: a wrong answer to it.
    """
    with pytest.raises(WrongAnswer) as caught:
        check(number, answer)
    return str(caught.value)
