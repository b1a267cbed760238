"""What each kind of job says of what it runs: one module per kind, which reads its own words.

A kind is found by its word in a job (`python: …`). What it reads is the job's `executor`: plain values that travel
through the graph as JSON, and that an executor of the same name carries out. Kinds that installed packages bring along
are said with `uses: NAME` and `with: {…}`, so that no word of ours can ever be in the way of theirs.
"""

from __future__ import annotations

from graph_model.estate.kinds import http, installed, java, procedure, python, shell, spark, sql
from graph_model.estate.kinds.base import Kind

__all__ = ["JOB_KINDS", "KIND_KEYS", "Kind"]

_KINDS = (python, sql, shell, procedure, java, spark, http, installed)
JOB_KINDS = {kind.KIND.word: kind.KIND for kind in _KINDS}
KIND_KEYS = tuple(dict.fromkeys(key for kind in JOB_KINDS.values() for key in (kind.word, *kind.keys)))
"""Every word of a job that belongs to kinds."""
