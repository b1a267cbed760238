// This engine's Cypher has no full text index: there a search looks at every thing.
