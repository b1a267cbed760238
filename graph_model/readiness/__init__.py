"""Which job partitions are ready, and why the others are not."""
