"""Which partitions of an input a job partition needs: the words that the rest of the graph's model uses."""

from __future__ import annotations

from graph_model.partitions.mapping import Mapping
from graph_model.partitions.scheme import LIST, WHOLE, Every, Interval, PartitionScheme
from graph_model.partitions.windows import Window, parse_mapping, read_window

__all__ = ["LIST", "WHOLE", "Every", "Interval", "Mapping", "PartitionScheme", "Window", "parse_mapping", "read_window"]
