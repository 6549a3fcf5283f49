"""The four original files of Fashion-MNIST: found or downloaded, verified, unpacked."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from torchvision.datasets import FashionMNIST
from torchvision.datasets.utils import check_integrity

from vit_tutorial._download import DownloadError, download

DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # read, never written to
TIMEOUT = (3.0, 10.0)  # seconds: for a connection, for the next piece of data
CONTENTS = {  # SHA-256 of the unpacked files: who packs them anew changes the MD5 of the .gz
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


def originals(root: str | Path | None) -> Path:
    """The folder in which `torchvision.datasets.FashionMNIST` finds its unpacked files.

    Args:
        root: that folder; the packed files are looked for in root/FashionMNIST/raw, then
            where Debian's package puts them, then downloaded. None: a cache folder.

    Raises:
        DownloadError: a file is neither here nor there, and no mirror has it.
        ValueError: a file is damaged; the message names it.
    """
    if root is None or Path(root) == DEBIAN:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        root = Path(cache) / "vit_tutorial"
    root = Path(root).expanduser()
    raw = root / "FashionMNIST" / "raw"
    for name, md5 in FashionMNIST.resources:
        _provide(raw, name, md5)
    return root


def is_original(contents: bytes, name: str) -> bool:
    """Whether these are the contents of the original file of this name, unpacked."""
    return hashlib.sha256(contents).hexdigest() == CONTENTS[name]


def _provide(raw: Path, name: str, md5: str) -> None:
    """Have one file unpacked in `raw`, with the right contents."""
    target = raw / name.removesuffix(".gz")
    packed = next((d / name for d in (raw, DEBIAN) if (d / name).is_file()), None)
    if target.is_file():
        if is_original(target.read_bytes(), target.name):
            return
        if packed is None:
            raise _damaged(target)
    _unpack(packed or _fetch(raw, name, md5), target)


def _fetch(raw: Path, name: str, md5: str) -> Path:
    """Download one file from torchvision's mirrors, the first that has it."""
    failures = []
    for mirror in FashionMNIST.mirrors:
        try:
            packed = download(mirror + name, raw, timeout=TIMEOUT)
        except OSError as error:
            failures.append(str(error).splitlines()[0])
            continue
        if check_integrity(packed, md5):
            return packed
        packed.unlink()
        failures.append(f"{mirror}{name} has another MD5 checksum than {md5}.")
    raise DownloadError(
        f"{name} of the full Fashion-MNIST is not here, and could not be downloaded: "
        f"{' '.join(failures)}\n"
        "There are three ways to get it:\n"
        "1. On Debian or Ubuntu: apt-get install dataset-fashion-mnist\n"
        f"2. Put {', '.join(name for name, _ in FashionMNIST.resources)} into {raw}\n"
        "3. Connect to the network, or name a mirror: VIT_TUTORIAL_MIRROR=https://…\n"
        "The bundled subset, fashion_mnist(), needs none of this."
    )


def _unpack(packed: Path, target: Path) -> None:
    """Unpack a .gz file; `target` is never there by half, even with several processes."""
    try:
        contents = gzip.decompress(packed.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(packed) from error
    if not is_original(contents, target.name):
        raise _damaged(packed)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as folder:
        half = Path(folder) / target.name
        half.write_bytes(contents)
        half.replace(target)


def _damaged(file: Path) -> ValueError:
    """The error for a file that is not what it should be."""
    return ValueError(
        f"{file} is damaged, or not the original file. Remove it, and it is fetched "
        "again, or put the right one in its place."
    )
