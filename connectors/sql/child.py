"""Reads SQL for another process: `python -I child.py`, per line a time limit and a request in, an answer out.

A text may be hostile. It costs this process its life, not its parent's: the kernel ends it when one request takes too
much processor time, and it gets no more than its share of memory.
"""

from __future__ import annotations

import json
import logging
import resource
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # started with -I, which leaves out the folder it was started in

from connectors.sql.ddl import read_ddl
from connectors.sql.ddl_steps import dumps as dumps_script
from connectors.sql.reads import UnreadableSqlError, dumps
from connectors.sql.script import read_query, read_script

MEMORY = 2 << 30
WAITS_AT_MOST_SECONDS = 60.0


def main() -> int:
    logging.disable(logging.CRITICAL)  # the parser remarks on what it passes over; so do we, in the answer
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        seconds, _, text = line.partition(" ")
        request = json.loads(text)
        _limit(float(seconds))
        answer = _answer(request)
        _limit(0.0)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    return 0


def _limit(seconds: float) -> None:
    """SIGPROF comes after so much processor time, SIGALRM if the machine is too busy to give it. Both are the end."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, WAITS_AT_MOST_SECONDS) if seconds else 0.0)


def _answer(request: dict[str, Any]) -> str:
    try:
        if "after" in request:
            from connectors.sql.binding_answer import answer  # it brings engines, and reading does without

            return answer(request)
        if "ddl" in request:
            return dumps_script(read_ddl(request["ddl"], dialect=request["dialect"]))
        if request["strict"]:
            return dumps(read_query(request["text"], dialect=request["dialect"], tables=request["tables"]))
        found = read_script(request["text"], dialect=request["dialect"], tables=request["tables"], path=request["path"])
        return dumps(found)
    except UnreadableSqlError as error:
        return json.dumps({"unreadable": str(error)})
    except MemoryError:
        return json.dumps({"unreadable": "reading the SQL takes too much memory"})


if __name__ == "__main__":
    sys.exit(main())
