"""What each edition's derived settings hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from derive import edition_config, edition_toc, merge
from places import ROOT
from site_server import EDITIONS

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))


def test_merge_changes_only_what_is_named() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    assert merge(base, {"a": {"c": [3]}, "e": 5}) == {"a": {"b": 1, "c": [3]}, "d": 4, "e": 5}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 4}


def test_editions_differ_in_title_language_and_path(tmp_path: Path) -> None:
    english, chinese = (edition_config(CONFIG, edition, tmp_path) for edition in EDITIONS)
    assert (english["title"], chinese["title"]) == ("ViT, Patch by Patch", "逐块拆解 Vision Transformer")
    assert (english["author"], chinese["author"]) == ("The contributors", "全体贡献者")
    assert chinese["sphinx"]["config"]["language"] == "zh_CN"
    assert chinese["repository"]["path_to_book"] == "book/zh"
    assert chinese["sphinx"]["config"]["templates_path"] == [str(tmp_path / "book/_templates")]
    assert "baseurl" not in chinese["html"]
    assert (
        edition_config(CONFIG, "zh", tmp_path, "https://x.org/vit/")["html"]["baseurl"]
        == "https://x.org/vit/zh/"
    )


def test_unknown_edition_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no edition 'fr'.*en, zh"):
        edition_config(CONFIG, "fr", tmp_path)


def test_toc_loses_its_prefix_and_refuses_other_folders() -> None:
    toc = {"root": "book/en/index", "parts": [{"caption": "x", "chapters": [{"file": "book/en/a"}]}]}
    assert edition_toc(toc) == {"root": "index", "parts": [{"caption": "x", "chapters": [{"file": "a"}]}]}
    with pytest.raises(ValueError, match="book/zh/a"):
        edition_toc({"root": "book/zh/a"})
