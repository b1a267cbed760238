"""The embedded graph seen from its supervisor: start it, learn its address, stop it."""

from __future__ import annotations

import contextlib
import importlib.util
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from app.local.children import LOOPBACK, Child, free_port
from app.local.embedded_graph import DATABASE, READY, USER, EmbeddedGraphOptions
from app.local.folder import write_private
from graph_model.errors import EmbeddedGraphUnavailable

PASSWORD_FILE = "graph-password"  # noqa: S105  the name of a file


@dataclass(frozen=True, slots=True)
class EmbeddedGraph:
    """A running embedded graph and how to reach it."""

    child: Child
    port: int
    password: str

    @property
    def uri(self) -> str:
        return f"bolt://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead any Headwater process to this graph."""
        return {
            "HEADWATER_GRAPH_URI": self.uri,
            "HEADWATER_GRAPH_USER": USER,
            "HEADWATER_GRAPH_PASSWORD": self.password,
            "HEADWATER_GRAPH_DATABASE": DATABASE,
        }

    def stop(self) -> None:
        self.child.stop()


def start_embedded_graph(home: Path, *, port: int | None = None) -> EmbeddedGraph:
    """Starts the graph whose files lie in `home`/graph and waits until it answers; about three seconds.

    Raises EmbeddedGraphUnavailable when it cannot run here or does not come up.
    """
    if importlib.util.find_spec("arcadedb_embedded") is None:
        raise EmbeddedGraphUnavailable(
            "the package arcadedb-embedded is not installed (pip install 'headwater[embedded]')"
        )
    options = EmbeddedGraphOptions(
        folder=str((home / "graph").resolve()),
        password=remembered_password(home / PASSWORD_FILE),
        bolt_port=port or free_port(),
        http_port=free_port(),
    )
    # Its password goes through stdin; and it ends with its stdin, so the database is closed even when we are killed.
    command = [sys.executable, "-P", "-m", "app.local.embedded_graph"]
    child = Child.start("graph", command, log=home / "logs" / "graph.log", pipes=True, orphan_signal=None)
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(options.to_line())
        child.stdin.flush()
    if child.stdout.readline() != READY:
        child.stop()
        raise EmbeddedGraphUnavailable(f"it ended before it was ready; the end of {child.log}:\n{child.last_words()}")
    return EmbeddedGraph(child, options.bolt_port, options.password)


def remembered_password(file: Path) -> str:
    """The password in `file`, made at random and written down (readable by its owner only) the first time."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()
