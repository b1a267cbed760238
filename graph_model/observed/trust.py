"""Which datasets an estate trusts others to publish, and how a run says which partition it wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, cast, get_args

Source = Literal["subset", "nominal_time", "completed_in", "completed_after"]
SOURCES: tuple[Source, ...] = get_args(Source)
USUAL: tuple[Source, ...] = ("subset", "nominal_time")


@dataclass(frozen=True, slots=True)
class Trust:
    """A complete run that others tell of publishes what it wrote of the dataset.

    `partition`: what says which partition that is, tried in turn; the first that says anything decides. `dimension`:
    which dimension of a subset holds the key, where it has several.
    """

    partition: tuple[Source, ...] = USUAL
    dimension: str | None = None

    def __str__(self) -> str:
        words = f"publishes by {', '.join(self.partition)}"
        return f"{words} (dimension {self.dimension})" if self.dimension else words


def dumps(trust: Trust) -> str:
    said = {"partition": list(trust.partition), **({"dimension": trust.dimension} if trust.dimension else {})}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def loads(text: str | None) -> Trust | None:
    """None: nobody is trusted."""
    if not text:
        return None
    said = json.loads(text)
    return Trust(cast("tuple[Source, ...]", tuple(said["partition"])), said.get("dimension"))
