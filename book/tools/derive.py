"""What differs between the editions: derive each one's `_config.yml` and `_toc.yml` from the two in the root."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

SOURCE_EDITION = "en"  # the edition whose files _toc.yml names
PATH_SETTINGS = ("templates_path", "html_static_path", "html_favicon")


def merge(base: dict, changes: dict) -> dict:
    """A copy of `base` with `changes` merged in, dictionary by dictionary; other values are replaced."""
    merged = deepcopy(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else deepcopy(value)
    return merged


def absolute(value: str | list[str], root: Path) -> str | list[str]:
    """A path, or each path of a list, relative to the book's root and not to the derived file."""
    return [str(root / each) for each in value] if isinstance(value, list) else str(root / value)


def edition_config(config: dict, edition: str, root: Path, site: str = "") -> dict:
    """The edition's `_config.yml`.

    Args:
        config: the root's `_config.yml`.
        edition: a key of its `editions`.
        root: the folder that its relative paths start from.
        site: the public address of the built site, for canonical links; empty if unknown.

    Raises:
        ValueError: `_config.yml` lists no such edition.
    """
    editions = config["editions"]
    if edition not in editions:
        raise ValueError(f"no edition {edition!r} in _config.yml; it lists {', '.join(editions)}")
    base = {key: value for key, value in config.items() if key != "editions"}
    derived = merge(base, editions[edition].get("config", {}))
    derived["repository"]["path_to_book"] = f"book/{edition}"
    extensions = derived["sphinx"]["local_extensions"]
    extensions.update({name: absolute(path, root) for name, path in extensions.items()})
    settings = derived["sphinx"]["config"]
    settings.update({key: absolute(settings[key], root) for key in PATH_SETTINGS if key in settings})
    settings["edition"] = edition
    settings["editions"] = {
        code: {"name": about["name"], "hreflang": about["hreflang"]} for code, about in editions.items()
    }
    if site:
        derived.setdefault("html", {})["baseurl"] = f"{site.rstrip('/')}/{edition}/"
    return derived


def edition_toc(toc: Any) -> Any:
    """The same table of contents with file names relative to an edition's folder.

    Raises:
        ValueError: a page lies outside the source edition's folder.
    """
    if isinstance(toc, list):
        return [edition_toc(each) for each in toc]
    if not isinstance(toc, dict):
        return toc
    derived = {}
    prefix = f"book/{SOURCE_EDITION}/"
    for key, value in toc.items():
        if key in ("root", "file", "glob"):
            if not value.startswith(prefix):
                raise ValueError(f"_toc.yml names {value!r}; every page must lie in {prefix}")
            derived[key] = value.removeprefix(prefix)
        else:
            derived[key] = edition_toc(value)
    return derived
