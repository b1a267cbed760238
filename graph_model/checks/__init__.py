"""Checks beyond one content: what they are held against, what they found over time, and what others found."""
