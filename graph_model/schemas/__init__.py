"""Schemas: one canonical type system, the history of each dataset's schemas, and who can read what."""
