"""HTTP jobs: a service does the work. It is called once, and asked how far it is until it says that it is done."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workers.executors.base import CannotRunError, Launch, Task
from workers.executors.handover import write_job_file
from workers.executors.shell import Placeholders

CHILD = Path(__file__).with_name("http_child.py")


class HttpExecutor:
    """Needs `call` {url, method, headers, seconds, and body, poll, cancel where there are any}.

    The placeholders of shell jobs are filled in everywhere: in addresses percent-encoded, elsewhere as they are. What
    `{environment.NAME}` stands for is known to the process alone, since it may be a secret.
    """

    def prepare(self, task: Task) -> Launch:
        call = task.job.executor.get("call")
        if not isinstance(call, Mapping) or not call.get("url"):
            raise CannotRunError(f"{task.job.name} has no address to call")
        job_file = write_job_file(task, call=_filled(call, Placeholders(task)), key=f"{task.run.id}/{task.run.fence}")
        argv = (sys.executable, "-I", str(CHILD), str(job_file))
        return Launch(argv, task.folder, farewell=(*argv, "cancel") if call.get("cancel") else None)


def _filled(value: Any, placeholders: Placeholders, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(one, placeholders, name) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(one, placeholders) for one in value]
    if not isinstance(value, str):
        return value
    return placeholders.fill([value], spelled=_in_address if key == "url" else str)[0]


def _in_address(value: str) -> str:
    return quote(value, safe="")
