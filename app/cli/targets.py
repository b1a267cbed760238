"""What a person wants to hold: a job or a dataset, whole or one partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.lookup import find_dataset, find_job, split_partition
from graph_model.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from graph_model.holds.entities import HoldTarget
    from graph_model.names import Name
    from graph_model.store.graph import Graph


def find_target(graph: Graph, text: str, *, job: bool, dataset: bool) -> HoldTarget:
    """The job or dataset of `DATASET|JOB[@PARTITION]`; `job` and `dataset` say which, where both are called so.

    Raises DatasetNotFound or JobNotFound, and InvalidInput where it stays open which is meant.
    """
    from graph_model.holds.entities import HoldKind, HoldTarget

    if job and dataset:
        raise InvalidInput(text, "choose one of --job and --dataset")
    spelled, key = split_partition(text)
    if job:
        return HoldTarget(HoldKind.JOB, find_job(graph, spelled), key or None)
    if dataset:
        return HoldTarget(HoldKind.DATASET, find_dataset(graph, spelled).name, key or None)
    as_job, no_job = _tried_as_job(graph, spelled)
    try:
        as_dataset = find_dataset(graph, spelled).name
    except NotFound as no_dataset:
        if as_job is None:
            raise no_job if no_job and no_job.nearest and not no_dataset.nearest else no_dataset from None
        return HoldTarget(HoldKind.JOB, as_job, key or None)
    if as_job is not None:
        raise InvalidInput(text, "a job and a dataset are called so: add --job or --dataset")
    return HoldTarget(HoldKind.DATASET, as_dataset, key or None)


def _tried_as_job(graph: Graph, text: str) -> tuple[Name | None, NotFound | None]:
    try:
        return find_job(graph, text), None
    except NotFound as error:
        return None, error
