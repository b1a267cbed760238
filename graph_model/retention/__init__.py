"""How long versions are kept: what an estate says, when they expire, and what a sweep may delete."""
