"""What an estate may declare is what the storage layer can read."""

from __future__ import annotations

from connectors.storage import formats
from graph_model.estate.vocabulary import FORMATS


def test_the_formats_of_an_estate_are_those_of_the_storage_layer() -> None:
    assert sorted(FORMATS) == sorted(formats())
