"""The official OpenLineage clients, unchanged, against a Headwater of their own: `python -m tests.clients`."""
