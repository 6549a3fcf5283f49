"""The language in which verdicts are given: the notebook says it, or an environment variable, or the locale."""

from __future__ import annotations

import locale
import os

VARIABLE = "VIT_TUTORIAL_LANGUAGE"
LANGUAGES = ("en", "zh")
_chosen = ""


def choose_language(name: str) -> None:
    """Give verdicts in a language from now on.

    Args:
        name: "en" for English, "zh" for Chinese.

    Raises:
        ValueError: it is another.
    """
    global _chosen
    if name not in LANGUAGES:
        raise ValueError(f"verdicts are given in 'en' or 'zh', got {name!r}.")
    _chosen = name


def language() -> str:
    """What was chosen; else what VIT_TUTORIAL_LANGUAGE says; else Chinese in a Chinese locale, and English elsewhere."""
    name = _chosen or os.environ.get(VARIABLE) or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
