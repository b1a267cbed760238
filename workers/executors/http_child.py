"""Calls a service and waits until it is done. Stand-alone: the standard library only.

Run as `python -I http_child.py JOB.json`, and with `cancel` behind it to tell the service that the run was ended. The
call is made once: a service that did not refuse may have begun. Only 429 and 503 with Retry-After, by which it says
that it has not, are called again, with the same Idempotency-Key. Asking how far it is changes nothing, so that is tried
again. Exit code 1: it failed, and the result file says why and whether another attempt could help.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

MOST_BYTES = 1 << 20
"""So much of an answer is read."""
MOST_METRICS = 8 * 1024
MOST_SHOWN = 500
MOST_CALLS, LONGEST_WAIT = 10, 120.0
"""How often a service may ask to come back later, and how long it may make us wait each time."""
MOST_UNANSWERED = 6
"""So many questions in a row may stay without an answer."""
CANCEL_SECONDS = 3.0
ANSWERED = "answered.json"
"""Beside the job file: what the call was answered, for whoever has to cancel it."""
BUSY = (429, 503)
VARIABLE = re.compile(r"\{environment\.([^{}]*)\}")


class FailedError(Exception):
    def __init__(self, reason: str, *, retry: bool) -> None:
        super().__init__(reason)
        self.retry = retry


class UnansweredError(Exception):
    """Nobody knows what became of the request."""


class Answer:
    """What a service answered; `value` is its JSON, None where it is none."""

    def __init__(self, url: str, status: int, headers: Mapping[str, str] | Message, body: bytes) -> None:
        self.url, self.status, self.headers = url, status, headers
        self.text = body.decode(errors="replace")
        try:
            self.value = json.loads(body)
        except ValueError:
            self.value = None

    def __str__(self) -> str:
        said = " ".join(self.text.split())[:MOST_SHOWN]
        return f"{urlsplit(self.url).netloc} answered {self.status}{': ' + said if said else ''}"


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """What a request may carry is for the address that was declared, and for no other."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> None:  # noqa: PLR0917  urllib's
        return None


OPENER = urllib.request.build_opener(NoRedirects)


class Service:
    """The service of one run. `answered` is the file that keeps what it said to the call."""

    def __init__(self, call: Mapping[str, Any], key: str, answered: Path) -> None:
        self._call, self._key, self._file = call, key, answered

    def call(self) -> Answer:
        for _ in range(MOST_CALLS):
            try:
                answer = self._send(
                    self._call["url"], self._call["method"], self._call.get("body"), {"Idempotency-Key": self._key}
                )
            except UnansweredError as error:
                raise FailedError(str(error), retry=True) from error
            wait = wait_of(answer)
            if answer.status not in BUSY or wait is None:
                self._keep(checked(answer))
                return answer
            if wait > LONGEST_WAIT:
                raise FailedError(f"{answer}; it asks to come back in {wait:g} s", retry=True)
            say(f"{answer}; called again in {wait:g} s")
            time.sleep(wait)
        raise FailedError(f"was told to come back later {MOST_CALLS} times", retry=True)

    def wait(self, poll: Mapping[str, Any]) -> Answer:
        """Asks until it is done."""
        url, unanswered = self._address(poll["url"]), 0
        while True:
            time.sleep(poll["every"])
            answer = self._ask(url)
            unanswered = 0 if answer else unanswered + 1
            if unanswered >= MOST_UNANSWERED:
                raise FailedError(f"{urlsplit(url).netloc} did not answer {unanswered} times in a row", retry=True)
            if answer and is_over(checked(answer), poll):
                return answer

    def cancel(self) -> int:
        """Tells the service. It may have begun even though it has not answered yet."""
        cancel = self._call["cancel"]
        try:
            answer = checked(self._send(self._address(cancel["url"]), cancel["method"], seconds=CANCEL_SECONDS))
        except (UnansweredError, FailedError) as error:
            say(f"could not be told to end: {error}")
            return 1
        say(str(answer))
        return 0

    def _keep(self, answer: Answer) -> None:
        kept = {"url": answer.url, "status": answer.status, "location": answer.headers.get("Location")}
        self._file.write_text(json.dumps({**kept, "text": answer.text}), encoding="utf-8")

    @property
    def _answered(self) -> Answer:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise FailedError("it has not answered yet", retry=True) from None
        headers = {"Location": kept["location"]} if kept["location"] else {}
        return Answer(kept["url"], kept["status"], headers, kept["text"].encode())

    def _ask(self, url: str) -> Answer | None:
        """None: no answer that says anything of the work. Then it is asked again."""
        try:
            answer = self._send(url, "GET")
        except UnansweredError as error:
            say(str(error))
            return None
        if answer.status in BUSY or answer.status >= 500:
            say(str(answer))
            time.sleep(min(wait_of(answer) or 0.0, LONGEST_WAIT))
            return None
        return answer

    def _address(self, written: str) -> str:
        """`{response/POINTER}` is what the call answered there, `{location}` its header; both may be relative."""
        filled, rest = "", written
        while rest:
            before, brace, after = rest.partition("{")
            name, end, rest = after.partition("}")
            filled += before + (self._part(name) if end else brace + name)
        return urljoin(self._call["url"], filled)

    def _part(self, name: str) -> str:
        if name != "location" and not name.startswith("response/"):
            return "{" + name + "}"
        answered = self._answered
        at_location = name == "location"
        found = (
            answered.headers.get("Location") if at_location else value_at(answered.value, name.removeprefix("response"))
        )
        if found is None or isinstance(found, dict | list):
            raise FailedError(f"{answered}; but {name} is not in it", retry=False)
        return str(found)

    def _send(
        self,
        url: str,
        method: str,
        body: Any = None,
        more: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Raises UnansweredError when no whole answer came."""
        headers = {"Accept": "application/json", "User-Agent": "headwater", **(more or {})}
        if body is not None:
            headers["Content-Type"] = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
        headers |= self._call["headers"] if is_same_place(url, self._call["url"]) else {}
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        if urlsplit(url).scheme not in ("http", "https"):
            raise FailedError(f"{url} is no address of a service", retry=False)
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  looked at above
        try:
            with OPENER.open(request, timeout=seconds or self._call["seconds"]) as response:
                return Answer(url, response.status, response.headers, capped(response))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(url, error.code, error.headers, capped(error))
        except ValueError as error:
            raise FailedError(f"cannot be asked of {urlsplit(url).netloc}: {error}", retry=False) from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or error
            raise UnansweredError(f"no answer from {urlsplit(url).netloc}: {why}") from error


def capped(response: Any) -> bytes:
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise FailedError(f"the answer is larger than {MOST_BYTES >> 10} KiB", retry=False)
    return body


def checked(answer: Answer) -> Answer:
    """Raises FailedError for an answer that is no success. What the service calls our mistake stays one."""
    if 200 <= answer.status < 300:
        return answer
    if 300 <= answer.status < 400:
        target = answer.headers.get("Location")
        raise FailedError(f"{answer}; it sends us to {target}: declare that address", retry=False)
    raise FailedError(str(answer), retry=answer.status >= 500 or answer.status in (408, *BUSY))


def is_over(answer: Answer, poll: Mapping[str, Any]) -> bool:
    failed = poll.get("failed")
    if failed and is_in(answer, failed):
        raise FailedError(f"the service says that it failed: {answer}", retry=True)
    return is_in(answer, poll["until"])


def is_in(answer: Answer, state: Mapping[str, Any]) -> bool:
    found = value_at(answer.value, state["pointer"])
    return found is not None and found in state["in"]


def value_at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) points to; None where nothing is."""
    found = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def wait_of(answer: Answer) -> float | None:
    """Seconds that the service asks us to wait; None where it does not say."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def is_same_place(one: str, other: str) -> bool:
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def metrics_of(answer: Answer) -> dict[str, Any]:
    """What it answered last, as far as that is small and plain."""
    metrics = {"status": answer.status}
    if isinstance(answer.value, dict) and len(answer.text) <= MOST_METRICS:
        return {**answer.value, **metrics}
    return {**metrics, "answer_bytes": len(answer.text)}


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


def with_variables(value: Any) -> Any:
    """What is sent, with each `{environment.NAME}` as this process knows it: a secret is in no file."""
    if isinstance(value, dict):
        return {name: with_variables(one) for name, one in value.items()}
    if isinstance(value, list):
        return [with_variables(one) for one in value]
    return VARIABLE.sub(lambda found: os.environ.get(found[1], found[0]), value) if isinstance(value, str) else value


def work(job: Mapping[str, Any], service: Service) -> Answer:
    answer = service.call()
    poll = job["call"].get("poll")
    return service.wait(poll) if poll else answer


def main(job_file: str, *, cancel: bool) -> int:
    os.umask(0o077)  # what a service answers is for nobody else
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    sent = {name: with_variables(job["call"].get(name)) for name in ("headers", "body")}
    service = Service({**job["call"], **sent}, job["key"], Path(job_file).with_name(ANSWERED))
    if cancel:
        return service.cancel()
    try:
        result = {"metrics": metrics_of(work(job, service))}
    except FailedError as error:
        leave(job, {"reason": str(error), "retry": error.retry})
        return 1
    leave(job, result)
    return 0


def leave(job: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    Path(job["result_file"]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], cancel="cancel" in sys.argv[2:]))
