"""Files from the web: under its name each is whole and checked, or not there."""

import hashlib
import os
import re
import warnings
from pathlib import Path
from time import sleep
from urllib.parse import quote, unquote, urlsplit

import requests
from tqdm import tqdm
from urllib3.exceptions import ProtocolError

MIRROR = "VIT_TUTORIAL_MIRROR"
WAITS = (0.5, 1, 2)  # seconds before each further attempt
PASSING = (429, 500, 502, 503, 504)  # troubles of a server that another attempt may end
WAYS_OUT = """could not download {address}: {reason}.
There are three ways out:
1. Get the file by hand, on another machine, and save it as {target}
2. Set the environment variable VIT_TUTORIAL_MIRROR to a web folder with {target.name}
3. Check the network and the proxy (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)."""
Timeout = float | tuple[float, float]


class DownloadError(OSError):
    """A file that could not be fetched, or is not the one it should be."""


def download(
    url: str,
    folder: str | Path,
    *,
    sha256: str | None = None,
    name: str | None = None,
    timeout: Timeout = (5.0, 30.0),
) -> Path:
    """Fetch one file, unless it is there already.

    A file of that name with another checksum is an error: it may be yours. With VIT_TUTORIAL_MIRROR set to the
    address of a folder on the web, the file comes from there, with the same checksum. Where the connection breaks
    off, or the server answers 429, 500, 502, 503 or 504, it is tried three times more. A bar is shown where stderr is
    a terminal.

    Args:
        url: address of the file, http or https.
        folder: where the file goes; made if it is missing.
        sha256: checksum of the file, 64 hexadecimal digits; None: it is not checked.
        name: of the file in `folder`; None: the last part of the url's path.
        timeout: seconds to wait for a connection and for each next piece of data.

    Returns:
        The path of the file, `folder / name`.

    Raises:
        ValueError: the url, the name, the checksum or the mirror can't be one.
        DownloadError: the file can't be fetched, or its checksum is another one.
        OSError: the folder can't be written to.
    """
    target = Path(folder).expanduser() / _plain_name(name, url)
    address = _address(url, target.name)
    if sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise ValueError(f"sha256 must be 64 hexadecimal digits, got {sha256!r}.")
    if target.exists():
        return _checked(target, sha256)
    for wait in (*WAITS, None):
        try:
            _fetch(address, target, sha256, timeout)
            return target
        except (requests.RequestException, ValueError) as error:  # may hold a password
            reason, passing = _in_words(error)
            if wait is None or not passing:
                words = WAYS_OUT.format(address=address, target=target, reason=reason)
                raise DownloadError(_without_password(words)) from None
        sleep(wait)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain_name(name: str | None, url: str) -> str:
    """The given file name, or that of the url; it can't lead out of a folder."""
    name = unquote(urlsplit(url).path.rpartition("/")[2]) if name is None else name
    if not name.strip(". ") or not name.isprintable() or set(name) & set("/\\:"):
        raise ValueError(
            f"the file name {name!r} can't be used: it is empty, or holds / \\ : or a "
            'control character. Give a plain one: name="file.zip".'
        )
    return name


def _address(url: str, name: str) -> str:
    """Where the file comes from: the url, or a folder that is set as mirror."""
    mirror = os.environ.get(MIRROR, "").strip()
    parts = urlsplit(mirror or url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"{MIRROR if mirror else 'url'} must be an http or https address, got "
            f"{_without_password(mirror or url)!r}."
        )
    return f"{mirror.rstrip('/')}/{quote(name)}" if mirror else url


def _checked(target: Path, sha256: str | None) -> Path:
    """What is there already, once it is the file, as far as the checksum tells."""
    got = sha256_of(target) if target.is_file() else "none, it is a folder"
    if not target.is_file() or (sha256 and sha256.lower() != got):
        raise DownloadError(
            f"{target} is there already, but its sha256 is {got}, wanted is {sha256}. "
            "It was left alone. Move it away or delete it."
        )
    return target


def _fetch(url: str, target: Path, sha256: str | None, timeout: Timeout) -> None:
    """One attempt; pooch gives the file its name when it is whole and checked."""
    with warnings.catch_warnings(action="ignore"):  # in notebooks tqdm asks for widgets
        import pooch
    pooch.get_logger().setLevel("WARNING")  # it would write to stderr
    # disable=None: off where stderr is no terminal
    with tqdm(total=1, desc=target.name, unit="B", unit_scale=True, disable=None) as bar:
        web = pooch.HTTPDownloader(bar, chunk_size=2**16, timeout=timeout)
        pooch.retrieve(url, sha256, target.name, target.parent, downloader=web)
    target.chmod(0o644)  # pooch makes files that only their owner can read


def _in_words(error: BaseException) -> tuple[str, bool]:
    """What went wrong in one attempt, and whether another one may succeed."""
    if isinstance(error, requests.HTTPError):
        code, reason = error.response.status_code, error.response.reason
        return f"the server answered {code} {reason}", code in PASSING
    inner = (error.args or [None])[0]
    if isinstance(inner, ProtocolError):
        return "the connection broke off", True
    while isinstance(inner, BaseException):  # requests and urllib3 wrap what happened
        error, inner = inner, inner.__cause__ or (inner.args or [None])[0]
    return str(error).rstrip("."), False


def _without_password(text: str) -> str:
    return re.sub(r"//[^/?#\s]*@", "//", text)
