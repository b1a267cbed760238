"""What each facet says, in our own terms: plain values by term, as `graph_model.observed.told` knows them.

A term whose facet was deleted is None. A facet that is not of its form says nothing, and a warning names it; the facets
that are not read here are kept as they came, and so are these.
"""

from __future__ import annotations

from connectors.openlineage.facets.datasets import terms_of_dataset
from connectors.openlineage.facets.jobs import terms_of_job
from connectors.openlineage.facets.results import quality_of, results_of_tests
from connectors.openlineage.facets.runs import terms_of_run

__all__ = ["quality_of", "results_of_tests", "terms_of_dataset", "terms_of_job", "terms_of_run"]
