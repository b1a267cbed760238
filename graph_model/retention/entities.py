"""How long the versions of a dataset are kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """Which versions stay. A replaced version expires when no rule keeps it any more; times are in seconds.

    `versions`: the newest so many good versions of each partition, the current one included. `partitions`: every
    version of the newest so many partitions. `age`: whatever was replaced less than so long ago. `partition_age`: so
    long after the end of its time the whole partition goes, with its current version; nothing else ever lets a current
    version go.
    """

    versions: int | None = None
    partitions: int | None = None
    age: float | None = None
    partition_age: float | None = None

    @property
    def keeps(self) -> bool:
        """Whether any rule says how long replaced versions stay; without one they stay."""
        return (self.versions, self.partitions, self.age) != (None, None, None)

    def __str__(self) -> str:
        words = (
            f"versions {self.versions}" if self.versions is not None else "",
            f"partitions {self.partitions}" if self.partitions is not None else "",
            f"age {_words(self.age)}" if self.age is not None else "",
            f"partition_age {_words(self.partition_age)}" if self.partition_age is not None else "",
        )
        return ", ".join(filter(None, words))


def dumps(retention: Retention) -> str:
    said = {key: value for key, value in asdict(retention).items() if value is not None}
    return json.dumps(said, sort_keys=True)


def loads(text: str | None) -> Retention | None:
    return Retention(**json.loads(text)) if text else None


def _words(seconds: float) -> str:
    days, rest = divmod(seconds, 86_400)
    return f"{days:g}d" if days and not rest else str(timedelta(seconds=seconds))
