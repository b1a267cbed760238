"""Whether something may be retired: proof of its last use, and what would be left without a reader."""
