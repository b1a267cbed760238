"""Reads what an estate file says about trusting others to publish a dataset."""

from __future__ import annotations

from typing import cast

from graph_model.contracts.entities import Contract
from graph_model.estate.sections import Said, Section
from graph_model.estate.vocabulary import OBSERVED_KEYS
from graph_model.estate.yaml_lines import Scalar
from graph_model.observed.trust import SOURCES, USUAL, Source, Trust
from graph_model.partitions.rules import PartitionScheme

KEY = "observed"


def read_trust(section: Section, partitions: PartitionScheme | None, contract: Contract) -> Trust | None:
    """`observed: {publish: true}`, with what says which partition a run wrote. None: nobody is trusted.

    `partitions` None: how the dataset is sliced is a mistake of its own, and nothing is held against it.
    """
    inner = section.section(KEY, OBSERVED_KEYS)
    if inner is None:
        return None
    publishes = inner.flag("publish", default=False)
    if "publish" not in inner:
        inner.wrong(inner.start, "does not say whether others publish it", "write publish: true")
    sources = _sources(inner, partitions)
    dimension = inner.text("dimension")
    if dimension and "subset" not in sources:
        inner.wrong(dimension.line, "dimension is of a subset, which partition does not ask", "add subset to partition")
    if publishes:
        _check_content(section, inner, contract)
    return Trust(sources, dimension.value if dimension else None) if publishes else None


def _sources(inner: Section, partitions: PartitionScheme | None) -> tuple[Source, ...]:
    tree = inner.tree("partition")
    if tree is None:
        return USUAL
    one = inner.as_text(tree, "partition") if isinstance(tree, Scalar) else None
    said = (one,) if one else () if isinstance(tree, Scalar) else inner.texts("partition")
    good = dict.fromkeys(word.value for word in said if _is_source(inner, word, partitions))
    if partitions is not None and partitions.every is None:
        inner.wrong(inner.line("partition"), "partition says nothing of a dataset that has none", "leave it out")
    elif not said and not isinstance(tree, Scalar):
        inner.wrong(inner.line("partition"), "partition is empty", f"known are {', '.join(SOURCES)}")
    return cast("tuple[Source, ...]", tuple(good)) or USUAL


def _is_source(inner: Section, word: Said[str], partitions: PartitionScheme | None) -> bool:
    if word.value not in SOURCES:
        message = f"{inner.what}: {word.value} says no partition"
        inner.mistakes.unknown(word.line, message, word.value, SOURCES, otherwise=f"known are {', '.join(SOURCES)}")
        return False
    if word.value != "subset" and partitions is not None and partitions.every == "list":
        inner.wrong(word.line, f"{word.value} is a time, and the partitions are a list", "write partition: subset")
        return False
    return True


def _check_content(section: Section, inner: Section, contract: Contract) -> None:
    """What cannot be read cannot be checked: better said here than by a version that is set aside."""
    blocking = [check.name for check in contract.checks if check.severity == "blocking"]
    if "location" in section or "url" in section or not blocking:
        return
    message = f"nobody says where its content lies, so {', '.join(blocking[:3])} could never be checked"
    inner.wrong(inner.start, message, "add a location, or make the checks warnings")
