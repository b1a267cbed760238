"""What is kept of old runs, and where the rest goes."""
