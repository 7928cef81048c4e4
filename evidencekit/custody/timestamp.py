# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ask a timestamp server for a timestamp (RFC 3161 over HTTP).

This is the one place in evidencekit that uses a network, and it speaks to the server that the user
named and to no other: no redirect is followed. What leaves this computer is a digest. The answer
is kept whole, as it came, because that is what `openssl ts -verify` reads.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.custody.certificates import require_sign
from evidencekit.custody.signed_data import DoesNotFit, WrongForm
from evidencekit.custody.timestamp_check import (
    Timestamp,
    check_chain,
    make_request,
    read_timestamp_of_digest,
)
from evidencekit.errors import TimestampFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

SECONDS = 30

_MOST_BYTES = 1024 * 1024
_READ = 65_536
_OK = 200
_NONCE_BITS = 63
_SENT_TYPE = "application/timestamp-query"
_WANTED_TYPE = "application/timestamp-reply"


@frozen(kw_only=True)
class Stamped:
    """A request as it was sent, the response as it came, and what the response says."""

    request: bytes
    response: bytes
    timestamp: Timestamp


def stamp(
    data: bytes, *, url: str, roots: Sequence[Certificate] = (), seconds: float = SECONDS
) -> Stamped:
    """Have *data* timestamped by the server at *url*, and check what it answers.

    With *roots*, the authority must be under one of them.

    Raises:
        TimestampFailed: if the server is not there, does not answer within so many *seconds*, or
            answers anything but a timestamp of *data*.
        DependencyMissing: if the extra `sign` is not installed, or `timestamp` with *roots*.
    """
    hashed = hashlib.sha256(data).digest()
    return stamp_digest("sha256", hashed, url=url, roots=roots, seconds=seconds)


def stamp_digest(
    algorithm: str,
    hashed: bytes,
    *,
    url: str,
    roots: Sequence[Certificate] = (),
    seconds: float = SECONDS,
) -> Stamped:
    """As `stamp`, of bytes whose digest by *algorithm* is *hashed*."""
    require_sign()
    request = make_request(algorithm, hashed, nonce=secrets.randbits(_NONCE_BITS))
    response = post(request, url=url, seconds=seconds)
    try:
        timestamp = read_timestamp_of_digest(response, digests={algorithm: hashed}, request=request)
        if roots:
            check_chain(response, timestamp, roots=roots)
    except (WrongForm, DoesNotFit) as error:
        raise TimestampFailed(_host(url), f"sent an answer that {error}.") from error
    return Stamped(request=request, response=response, timestamp=timestamp)


def post(request: bytes, *, url: str, seconds: float = SECONDS) -> bytes:
    """Send a request to the server at *url* and return its answer's bytes, unread.

    Raises:
        TimestampFailed: if there is no answer, or not one of a timestamp server.
    """
    import http.client
    import urllib.error

    host = _host(url)
    deadline = time.monotonic() + seconds
    try:
        with _open(request, url, seconds) as answer:
            return _body(answer, host, deadline, seconds)
    except urllib.error.HTTPError as error:
        with error:
            reason = _refusal(error.code)
        raise TimestampFailed(host, reason) from error
    except TimeoutError as error:
        raise TimestampFailed(host, _late(seconds)) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise TimestampFailed(host, _late(seconds)) from error
        reason = f"could not be reached: {ascii(str(error.reason))[1:-1]}."
        raise TimestampFailed(host, reason) from error
    except http.client.IncompleteRead as error:
        raise TimestampFailed(host, "broke off in the middle of its answer.") from error
    except http.client.HTTPException as error:
        raise TimestampFailed(host, "sent what is not an answer in HTTP.") from error
    except OSError as error:
        reason = f"ended the connection: {error.strerror or type(error).__name__}."
        raise TimestampFailed(host, reason) from error


def _host(url: str) -> str:
    """Return what errors call the server: an address may hold a password or a token.

    Raises:
        TimestampFailed: if *url* is not the plain address of a server.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urllib.parse.SplitResult("", "", "", "", ""), "", None
    name = f"{host}:{port}" if port else host
    if parts.scheme not in {"http", "https"} or not host or not url.isascii():
        reason = "is not the address of a timestamp server: it starts with http:// or https://."
        raise TimestampFailed(ascii(name)[1:-1] or "the address given", reason)
    if "@" in parts.netloc or not url.isprintable() or " " in url:
        reason = "must be named without user, password or spaces."
        raise TimestampFailed(name, reason)
    return name


def _open(request: bytes, url: str, seconds: float) -> Any:
    """Open the address with handlers for HTTP alone: no file, no ftp, no redirect."""
    import urllib.request

    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    headers = {"Content-Type": _SENT_TYPE, "Accept": _WANTED_TYPE, "User-Agent": "evidencekit"}
    asked = urllib.request.Request(url, data=request, headers=headers, method="POST")  # noqa: S310
    return opener.open(asked, timeout=seconds)


def _body(answer: Any, host: str, deadline: float, seconds: float) -> bytes:
    """Read an answer of the right type, up to a limit of size and of time."""
    if answer.status != _OK:
        raise TimestampFailed(host, _refusal(answer.status))
    found = answer.headers.get_content_type()
    if found != _WANTED_TYPE:
        reason = (
            f"sent {ascii(found)[1:-1]} and not {_WANTED_TYPE}. Is this the address of its "
            "timestamp service?"
        )
        raise TimestampFailed(host, reason)
    body = b""
    while block := answer.read1(_READ):
        body += block
        if len(body) > _MOST_BYTES:
            raise TimestampFailed(host, "sent more than any timestamp has.")
        if time.monotonic() > deadline:
            raise TimestampFailed(host, _late(seconds))
    if answer.length:  # what was announced and did not come
        raise TimestampFailed(host, "broke off in the middle of its answer.")
    return body


def _refusal(code: int) -> str:
    if 300 <= code < 400:  # noqa: PLR2004 - HTTP's class of redirects
        return f"sends on to another address (HTTP {code}). Name that address if it is the one."
    return f"answered with HTTP {code} instead of a timestamp."


def _late(seconds: float) -> str:
    return f"did not answer in {seconds:g} seconds. Try again, or name another server."
