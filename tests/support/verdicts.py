"""What `check` says to an answer."""

from __future__ import annotations

from typing import Any

import pytest

from vit_tutorial import check
from vit_tutorial.exercises import WrongAnswer

NOT_ATTEMPTED = "{} {}: not attempted yet\n"  # the exercise's number and name


def verdict(number: str, answer: Any) -> str:
    """The message that a wrong answer gets, in both languages.

    Args:
        number: the exercise's number.
        answer: a wrong answer to it.
    """
    with pytest.raises(WrongAnswer) as caught:
        check(number, answer)
    title, text = caught.value.title, caught.value.text
    return f"{title}: {text.en}\n{title}：{text.zh}"
