"""A GET request that ends in time: no host, no proxy and no redirect holds it up."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from queue import Empty, Queue
from threading import Thread
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import ProtocolError

from vit_tutorial._download_errors import AttemptError, BrokenOffError, UnreachableError
from vit_tutorial._download_source import check_url, shown

REDIRECTS = 10  # more of them are a loop


def get(
    url: str, headers: Mapping[str, str], timeout: tuple[float, float]
) -> requests.Response:
    """The answer to a GET, its body not yet read; redirects are followed.

    Args:
        url: http or https.
        headers: of the request; that the file is wanted unpacked is added.
        timeout: (connect, read) in seconds.

    Raises:
        UnreachableError: there is no connection.
        BrokenOffError: the connection broke before an answer came.
        AttemptError: no answer in time, or a redirect that must not be followed.
    """
    headers = {"Accept-Encoding": "identity", "Connection": "close", **headers}
    session = requests.Session()
    for _ in range(REDIRECTS + 1):
        check_reachable(url, timeout[0])
        response = _send(session, url, headers, timeout)
        location = session.get_redirect_target(response)
        if location is None:
            return response
        response.close()
        url = redirected(url, location)
    raise AttemptError(
        f"there were more than {REDIRECTS} redirects, the last to {shown(url)}"
    )


def redirected(url: str, location: str) -> str:
    """The address that a redirect leads to.

    Raises:
        AttemptError: it leads from https to http, or out of both.
    """
    try:
        target = urljoin(url, location)
        before, after = urlsplit(url).scheme, check_url(target, "redirect").scheme
    except ValueError as error:
        raise AttemptError(
            f"it was redirected to {location!r}, which is no http or https address"
        ) from error
    if (before, after) == ("https", "http"):
        raise AttemptError(
            f"it was redirected from https to {shown(target)}, where anybody on the way "
            "could change the file"
        )
    return target


def _send(
    session: requests.Session,
    url: str,
    headers: Mapping[str, str],
    timeout: tuple[float, float],
) -> requests.Response:
    """One request, without redirects; what can go wrong, in words."""
    try:
        return session.get(
            url, headers=headers, timeout=timeout, stream=True, allow_redirects=False
        )
    except requests.ReadTimeout as error:
        raise AttemptError(f"the server gave no answer for {timeout[1]:g} s") from error
    except requests.ConnectionError as error:
        if error.args and isinstance(error.args[0], ProtocolError):
            raise BrokenOffError(
                "the connection broke before an answer came"
            ) from error
        raise UnreachableError(
            f"no connection to {_host(url)} ({_cause(error)})"
        ) from error
    except (requests.RequestException, ValueError) as error:
        raise AttemptError(f"the answer can't be understood ({error})") from error


def check_reachable(url: str, seconds: float) -> None:
    """Connect once, and see within so many seconds whether that is possible at all.

    The request itself can't promise that: looking up a name has no timeout, and one
    name may have many addresses that are tried in turn. Here they are tried at once.
    With a proxy there is nothing to look up, and its own timeout holds.

    Raises:
        UnreachableError: the host has no address, or none of its addresses answers.
    """
    if select_proxy(url, get_environ_proxies(url)):
        return
    outcome: Queue[Exception | None] = Queue()
    Thread(target=_knock, args=(url, seconds, outcome), daemon=True).start()
    try:
        error = outcome.get(timeout=seconds)
    except Empty:
        error = TimeoutError(f"no answer within {seconds:g} s")
    if error:
        raise UnreachableError(f"no connection to {_host(url)} ({error})") from error


def _knock(url: str, seconds: float, outcome: Queue[Exception | None]) -> None:
    """Look up a host and try all its addresses: None for success, else the last error."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    errors: list[Exception] = []

    def connect(address: tuple[str, int]) -> None:
        try:
            socket.create_connection(address, seconds).close()
            outcome.put(None)
        except OSError as error:
            errors.append(error)

    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return outcome.put(error)
    addresses = {info[4][:2] for info in found}
    threads = [Thread(target=connect, args=(a,), daemon=True) for a in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:  # after a success nobody listens
        outcome.put(errors[-1])


def _host(url: str) -> str:
    """Host and port as messages show them."""
    return urlsplit(shown(url)).netloc


def _cause(error: BaseException) -> BaseException:
    """The error inside the wrapping that requests and urllib3 put around it."""
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return _cause(inner) if isinstance(inner, BaseException) else error
