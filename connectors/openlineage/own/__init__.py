"""Our own runs as OpenLineage events, and how they reach a receiver."""
