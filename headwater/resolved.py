"""A version to read: where it lies, what is in it, and what there is to know about it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headwater.errors import Gone, Missing

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds


class HeadwaterWarning(UserWarning):
    """What is read is not quite what it was: it has expired, or was set aside since."""


@dataclass(frozen=True)
class Column:
    """`type` is one of Headwater's own words, such as `int64`, `decimal(10,2)` or `timestamp(us,UTC)`."""

    path: str
    type: str
    nullable: bool = True


@dataclass(frozen=True)
class Resolved:
    """One version. `location` is a path on the machine of the storage root, or URL#TABLE.

    `available` False: its content is not there any more; `warning` says why, or what else a reader should know.
    """

    version: str
    dataset_name: str
    partition: str
    state: str
    current: bool
    location: str
    format: str
    source_time: datetime
    published_at: datetime | None
    columns: tuple[Column, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    row_count: int | None = None
    size_bytes: int | None = None
    content_hash: str | None = None
    run: str | None = None
    available: bool = True
    warning: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Resolved:
        """From the answer of the API; what it says beyond this is left alone."""
        name = answer["dataset"]
        published = answer["published_at"]
        return cls(
            version=answer["id"],
            dataset_name=f"{name['namespace']}/{name['name']}",
            partition=answer["partition"],
            state=answer["state"],
            current=answer["current"],
            location=answer["location"],
            format=answer["format"],
            source_time=_moment(answer["source_time"]),
            published_at=_moment(published) if published else None,
            columns=tuple(Column(item["path"], item["type"], item["nullable"]) for item in answer["columns"]),
            options=answer["options"],
            row_count=answer["row_count"],
            size_bytes=answer["size_bytes"],
            content_hash=answer["content_hash"],
            run=answer["run"],
            available=answer["available"],
            warning=answer["warning"],
        )

    def dataset(self) -> ds.Dataset:
        """The content as a pyarrow dataset: nothing of a file is read yet; a table is read whole.

        Raises Gone, Unreadable, Missing.
        """
        self._check()
        try:
            from headwater import reading
        except ImportError:
            raise Missing("pyarrow") from None
        return reading.dataset_of(self)

    def to_arrow(self) -> pa.Table:
        """All rows as a pyarrow table. Raises as `dataset`."""
        return self.dataset().to_table()

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a data frame. Raises as `dataset`."""
        table = self.to_arrow()
        try:
            import pandas as pd  # noqa: F401  pyarrow needs it, and would say so less clearly
        except ImportError:
            raise Missing("pandas") from None
        return table.to_pandas()

    def _check(self) -> None:
        if not self.available:
            raise Gone(f"version {self.version} of {self.dataset_name} cannot be read: {self.warning}")
        if self.warning:
            warnings.warn(f"{self.dataset_name}: {self.warning}", HeadwaterWarning, stacklevel=3)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
