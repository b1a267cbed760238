"""OpenLineage: events of any client, read into our own terms."""
