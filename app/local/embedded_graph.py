"""The process that holds the embedded graph: `python -m app.local.embedded_graph`, started by `app.local.graph`.

It takes its settings as one line of JSON on stdin, so that the password stands in no argument list, answers `ready` on
stdout once Bolt answers, and ends when stdin is closed. Everything the engine prints goes to stderr.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DATABASE = "headwater"
USER = "root"
READY = b"ready\n"
STOPPED_WITHIN = 8.0

HEAP = "384m"
# A serial collector and a small code cache: on one machine the stack has to be small, not fast.
JVM_ARGUMENTS = (
    "-XX:+UseSerialGC",
    "-XX:ReservedCodeCacheSize=64m",
    "-XX:MaxDirectMemorySize=64m",
    "-XX:TieredStopAtLevel=1",
    "-Xss512k",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedGraphOptions:
    """What one embedded graph is started with. A database that exists keeps the password of its first start."""

    folder: str
    password: str
    bolt_port: int
    http_port: int

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    answers = _keep_stdout_clean()
    options = EmbeddedGraphOptions(**json.loads(sys.stdin.readline()))
    # The engine writes its application log to ./log, wherever that is.
    Path(options.folder).mkdir(parents=True, exist_ok=True)
    os.chdir(options.folder)
    server = _server(options)
    server.start()
    server.create_database(DATABASE)
    os.write(answers, READY)
    sys.stdin.read()  # until the supervisor closes it, or dies
    _leave_in_time()
    server.stop()
    os._exit(0)  # what the JVM still has to say at exit interests nobody


def _server(options: EmbeddedGraphOptions) -> Any:
    from arcadedb_embedded import create_server
    from arcadedb_embedded.jvm import start_jvm

    start_jvm(heap_size=HEAP, jvm_args=JVM_ARGUMENTS, common_pool_parallelism=2)
    return create_server(
        options.folder,
        root_password=options.password,
        config={
            "mode": "production",
            "host": "127.0.0.1",
            # The engine cannot start without its HTTP listener: it gets a random port, loopback, and our password.
            "http_port": options.http_port,
            "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "bolt_port": options.bolt_port,
        },
    )


def _keep_stdout_clean() -> int:
    """Moves the answer channel away from descriptor 1, which the engine prints its banner to."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _leave_in_time() -> None:
    """A stop that hangs must not leave a process behind: the write-ahead log makes an abrupt end safe."""
    watchdog = threading.Timer(STOPPED_WITHIN, os._exit, args=(1,))
    watchdog.daemon = True
    watchdog.start()


if __name__ == "__main__":
    main()
