"""Options and arguments that several commands share, and the texts they are read from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(s|m|h)?$")
_SECONDS = {None: 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def moment(text: str) -> datetime:
    """An ISO 8601 date or time; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time: write 2013-01-05 or 2013-01-05T07:00:00Z") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def seconds(text: str) -> float:
    """A duration such as `90`, `90s`, `10m` or `2h`, in seconds."""
    found = _DURATION.match(text.strip())
    if not found:
        raise typer.BadParameter(f"{text!r} is not a duration: write 90s, 10m or 2h")
    return float(found[1]) * _SECONDS[found[2]]


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, with a schema_version.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=moment,
        metavar="TIME",
        help="As it was true at this moment (ISO 8601; UTC unless it says otherwise).",
    ),
]
DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="NAMESPACE/NAME, or NAME when only one dataset is called so.")
]
DatasetPartition = Annotated[
    str,
    typer.Argument(
        metavar="DATASET[@PARTITION]",
        help="The dataset, and behind the last @ the partition; none for a dataset without partitions.",
    ),
]
JobArgument = Annotated[
    str, typer.Argument(metavar="JOB", help="NAMESPACE/NAME, or NAME when only one job is called so.")
]
By = Annotated[
    str | None, typer.Option("--by", metavar="WHO", help="Who says so, for the audit trail; you, if left out.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit trail and whoever asks.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")]
VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="Id of the version.")]
BadVersionArgument = Annotated[
    str,
    typer.Argument(
        metavar="VERSION|DATASET[@PARTITION]",
        help="Id of the version; of a partition, the version that a person set aside last, or else the current one.",
    ),
]
WrongColumns = Annotated[
    str | None,
    typer.Option("--columns", metavar="A,B", help="The columns that are wrong in it; all of it, if left out."),
]

DbtRelations = Annotated[
    str | None,
    typer.Option("--datasets", metavar="NAMESPACE", help="Where the relations are, as postgres://HOST:PORT."),
]
DbtNamespace = Annotated[
    str, typer.Option("--namespace", metavar="NAMESPACE", help="The namespace of models and exposures.")
]


def needed(reason: str | None) -> str:
    """The reason of what changes something, where the option may be left out."""
    if not reason:
        raise typer.BadParameter("say why, for the audit trail", param_hint="--reason")
    return reason


def wrong_columns(text: str | None) -> tuple[str, ...]:
    """The columns of `--columns a,b`; empty: all may be wrong."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
