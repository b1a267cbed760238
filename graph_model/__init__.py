"""What Headwater knows and decides. No web framework, no task queue; the graph is reached through `store` only."""
