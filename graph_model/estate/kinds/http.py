"""`http: {url: …}`: a service is called, and asked how far it is until it says that it is done."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from graph_model.errors import nearest
from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind, texts_in, texts_of
from graph_model.estate.sections import Section, describe
from graph_model.estate.yaml_lines import Items, Scalar, Tree, plain
from graph_model.jobs.secrets import OURS

KEYS = ("url", "method", "headers", "body", "request_timeout", "poll", "cancel")
POLL_KEYS = ("url", "every", "until", "failed")
STATE_KEYS = ("pointer", "in")
CANCEL_KEYS = ("url", "method")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_REQUEST_SECONDS = 30.0
_EVERY_SECONDS = 5.0
_HEADER = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_VARIABLE = re.compile(r"\{environment\.([^{}]*)\}")
# A pointer into what the call answered (RFC 6901), or the address that its header Location names.
_ANSWERED = re.compile(r"^\{(?:response/[^{}]*|location)\}")


def _read(section: Section, _: Source) -> dict[str, Any]:
    said = section.section("http", KEYS)
    if said is None:
        return {}
    body = said.tree("body")
    _tell_unknown_variables(section, said)
    poll, cancel = _poll(said), _cancel(said)
    call: dict[str, Any] = {
        "url": _address(said, "url"),
        "method": said.word("method", METHODS) or "POST",
        "headers": _headers(said),
        "seconds": said.seconds("request_timeout") or _REQUEST_SECONDS,
    }
    return {"call": call | _given(body=None if body is None else plain(body), poll=poll, cancel=cancel)}


def _given(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part is not None}


def _address(said: Section, key: str, *, answered: bool = False) -> str:
    """`answered`: it may start with, or be relative to, what the call answered."""
    text = said.text(key, required=True)
    if text is None:
        return ""
    is_whole = urlsplit(text.value.partition("{")[0]).scheme in ("http", "https")
    if not (is_whole or (answered and (_ANSWERED.match(text.value) or text.value.startswith("/")))):
        otherwise = ", a path, or {response/POINTER}" if answered else ""
        said.wrong(text.line, f"{text.value!r} is no address", f"write http://… or https://…{otherwise}")
    return text.value


def _headers(said: Section) -> dict[str, str]:
    for name, _ in said.entries("headers"):
        if not _HEADER.match(name.text):
            said.wrong(name.line, f"{name.text!r} is no name of a header")
    return texts_of(said, "headers")


def _tell_unknown_variables(section: Section, said: Section) -> None:
    """The `{environment.NAME}` that the job's environment does not hold, or that would be written down everywhere. What
    Headwater itself tells each process is there without being declared."""
    known = [key.text for key, _ in section.entries("environment")]
    for key in ("headers", "body"):
        for name in _variables_in(said.tree(key)):
            if name not in known and not name.startswith(OURS):
                near = nearest(name, known)
                hint = f"did you mean {{environment.{near}}}?" if near else "declare it: environment: {NAME: …}"
                said.wrong(said.line(key), f"{{environment.{name}}} is no variable of the job", hint)
    for name in _variables_in(said.tree("url")):
        said.wrong(said.line("url"), f"{{environment.{name}}} in an address is written down by all", "use a header")


def _variables_in(tree: Tree | None) -> list[str]:
    return [name for text in texts_in(plain(tree) if tree else None) for name in _VARIABLE.findall(text)]


def _poll(said: Section) -> dict[str, Any] | None:
    poll = said.section("poll", POLL_KEYS)
    if poll is None:
        return None
    until, failed = _state(poll, "until"), _state(poll, "failed")
    if until is None and "until" not in poll:
        poll.wrong(poll.start, "has no until", "say when it is done: until: {pointer: /state, in: [done]}")
    found = {"url": _address(poll, "url", answered=True), "every": poll.seconds("every") or _EVERY_SECONDS}
    return found | _given(until=until, failed=failed)


def _state(poll: Section, key: str) -> dict[str, Any] | None:
    """Where the state stands in an answer, and which values are meant."""
    state = poll.section(key, STATE_KEYS)
    if state is None:
        return None
    pointer = state.text("pointer", required=True)
    if pointer and not pointer.value.startswith("/"):
        state.wrong(pointer.line, f"{pointer.value!r} is no JSON pointer", f"did you mean /{pointer.value}?")
    values = [_value(state, item) for item in state.items("in")]
    if "in" not in state or (not values and isinstance(state.tree("in"), Items)):
        state.wrong(state.line("in"), "names no values", "add in: [done]")
    return {"pointer": pointer.value if pointer else "", "in": values}


def _value(state: Section, item: Tree) -> Any:
    if isinstance(item, Scalar):
        return plain(item)
    state.wrong(item.line, f"each value of in must be plain, not {describe(item)}")
    return None


def _cancel(said: Section) -> dict[str, Any] | None:
    cancel = said.section("cancel", CANCEL_KEYS)
    if cancel is None:
        return None
    return {"url": _address(cancel, "url", answered=True), "method": cancel.word("method", METHODS) or "POST"}


KIND = Kind("http", _read)
