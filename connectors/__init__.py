"""Foreign formats and systems, translated to and from Headwater's own terms."""
