"""Headwater beside the orchestrators that its users know, each for real: `python -m benchmarks.peers`."""
