"""Requests to the API, with its errors as ours."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import PurePath
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from headwater.errors import HeadwaterError, Invalid, NotFound, Unavailable

VARIABLE = "HEADWATER_URL"
DEFAULT_URL = "http://127.0.0.1:8400"
# A backup pauses writes for a moment, and a graph may be starting: asked again so often, so long after.
TRIES = 3
LONGEST_PAUSE = 5.0


def ask(
    path: str,
    *,
    query: Mapping[str, str | None] | None = None,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    url: str | None = None,
    timeout: float = 30.0,
) -> dict[str, Any]:
    """The answer to one request: GET, or POST where there is a `body`. Raises HeadwaterError.

    What is unavailable is asked for again; a `body` only where it carries a key that makes that harmless.
    """
    address = _address(url)
    wanted = {key: value for key, value in (query or {}).items() if value is not None}
    request = Request(  # noqa: S310  the scheme is looked at above
        f"{address}{path}{f'?{urlencode(wanted)}' if wanted else ''}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"User-Agent": _agent(), "Content-Type": "application/json", **(headers or {})},
    )
    tries = TRIES if body is None or body.get("key") else 1
    for left in reversed(range(tries)):
        try:
            return _once(request, address, timeout)
        except Unavailable as error:
            if not left:
                raise
            time.sleep(error.retry_after)
    raise AssertionError  # the last try returns or raises


def _once(request: Request, address: str, timeout: float) -> dict[str, Any]:
    try:
        with urlopen(request, timeout=timeout) as response:  # noqa: S310
            return json.load(response)
    except HTTPError as error:
        with error:
            raise _told(error) from None
    except (TimeoutError, URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(f"no Headwater answers at {address} ({reason}): set {VARIABLE}, or start one") from error
    except ValueError as error:
        raise HeadwaterError(f"what answers at {address} is no Headwater: {error}") from error


def _told(error: HTTPError) -> HeadwaterError:
    """The error that a problem document tells of."""
    try:
        document = json.load(error)
        message, code, nearest = str(document["message"]), str(document["code"]), document.get("nearest")
    except (ValueError, KeyError, TypeError, AttributeError):
        message, code, nearest = f"the server said {error.code} {error.reason}", f"HTTP_{error.code}", None
    if error.code in (429, 502, 503, 504):
        return _unavailable(message, code, error.headers.get("Retry-After"))
    kind = {404: NotFound, 422: Invalid}.get(error.code, HeadwaterError)
    return kind(message, code=code, nearest=nearest)


def _unavailable(message: str, code: str, retry_after: str | None) -> Unavailable:
    found = Unavailable(message, code=code)
    if retry_after and retry_after.isdigit():
        found.retry_after = min(float(retry_after), LONGEST_PAUSE)
    return found


def _address(url: str | None) -> str:
    address = (url or os.environ.get(VARIABLE) or DEFAULT_URL).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Invalid(f"{address!r} is no address of a Headwater: write {VARIABLE}={DEFAULT_URL}")
    return address


def _agent() -> str:
    program = PurePath(sys.argv[0]).name if sys.argv and sys.argv[0] else "interactive"
    readable = "".join(character for character in program if character.isascii() and character.isprintable())
    return f"headwater-python (Python {platform.python_version()}; {readable[:80]})"
