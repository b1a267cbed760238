"""Warmed processes that are forked in place of starting a Python interpreter for each run."""
