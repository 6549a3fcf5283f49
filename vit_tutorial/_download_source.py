"""Where a download comes from and goes to: url, mirror, file name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from vit_tutorial._download_errors import AttemptError

MIRROR = "VIT_TUTORIAL_MIRROR"


@dataclass(frozen=True)
class Source:
    """One file on the web and its place here.

    Attributes:
        url: the address that was asked for.
        address: the address that it is fetched from: the same, or the mirror's.
        target: the file's final path.
    """

    url: str
    address: str
    target: Path

    @classmethod
    def of(cls, url: str, target: Path) -> Source:
        """The source of a url, with the mirror in its place where one is set."""
        mirror = os.environ.get(MIRROR, "").strip()
        check_url(url, "url")
        if not mirror:
            return cls(url, url, target)
        check_url(mirror, MIRROR)
        return cls(url, f"{mirror.rstrip('/')}/{quote(target.name)}", target)

    def __str__(self) -> str:
        if self.address == self.url:
            return shown(self.url)
        return f"{shown(self.address)} ({MIRROR} is set, in place of {shown(self.url)})"

    @property
    def mirror_hint(self) -> str:
        """How to fetch the file from elsewhere."""
        name = self.target.name
        if self.address == self.url:
            return (
                f"set the environment variable {MIRROR} to the address of a folder on "
                f"the web that has {name}, such as https://example.org/files."
            )
        return (
            f"{MIRROR} is set; set it to another folder that has {name}, or unset it."
        )

    def explain(self, failure: AttemptError, attempts: int, kept: int) -> str:
        """The message for a download that failed: what happened, and the ways out.

        Args:
            failure: of the last attempt.
            attempts: how many there were.
            kept: bytes of the part that the next call can use.
        """
        tried = f" ({attempts} attempts)" if attempts > 1 else ""
        rest = ""
        if kept:
            rest = (
                f" What has arrived, {kept:,} bytes, is kept in {self.target}.part: the "
                "next call goes on from there."
            )
        return (
            f"could not download {self}: {failure}{tried}.{rest}\n"
            "There are three ways out:\n"
            "1. Get the file by hand, with a browser or on another machine, and save it "
            f"as {self.target}\n"
            f"2. Use a mirror: {self.mirror_hint}\n"
            "3. Check the network and the proxy (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), and "
            "call again."
        )


def check_url(url: str, name: str) -> SplitResult:
    """Return the parts of an http(s) address.

    Raises:
        TypeError: `url` is not text.
        ValueError: `url` is no such address; `name` says whose.
    """
    if not isinstance(url, str):
        raise TypeError(f"{name} must be a str, got {type(url).__name__}.")
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets or a port that are none
        valid = False
    if not valid:
        raise ValueError(
            f"{name} must be an address such as https://example.org/file.zip, got "
            f"{url!r}. Only http and https can be downloaded."
        )
    return parts


def check_name(name: str | None, url: str) -> str:
    """Return a plain file name: the given one, or the last part of the url's path.

    Raises:
        TypeError: `name` is not text.
        ValueError: it is empty, or could lead out of its folder.
    """
    path = check_url(url, "url").path
    given = unquote(path.rpartition("/")[2]) if name is None else name
    if not isinstance(given, str):
        raise TypeError(f"name must be a str, got {type(given).__name__}.")
    plain = given.strip(". ") and given.isprintable() and not set(given) & set("/\\:")
    if not plain:
        origin = f"from {shown(url)}" if name is None else "given"
        raise ValueError(
            f"the file name {given!r} ({origin}) can't be used: it must not be empty or "
            'hold / \\ : or control characters. Give a plain one: name="file.zip".'
        )
    return given


def shown(url: str) -> str:
    """A url as messages show it: without user name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
