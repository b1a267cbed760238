"""Our own runs, told to others as OpenLineage events: what waits in the outbox, and what there is to tell."""
