// name:    estate.declare_schemas
// purpose: The schema versions that contracts promise, with their fields. One that is known already is left as it is.
// param:   schemas list of map {id, dataset, fields: list of map {id, path, type, position, nullable, renamed_from}}
// returns: id string - one row each
// access:  write
UNWIND $schemas AS x
MERGE (s:SchemaVersion {id: x.id})
ON CREATE SET s.dataset = x.dataset, s.seen_at = datetime.realtime()
FOREACH (f IN x.fields |
  MERGE (n:Field {id: f.id})
  ON CREATE SET n.dataset = x.dataset, n.path = f.path
  MERGE (s)-[e:HAS_FIELD]->(n)
  SET e.type = f.type, e.position = f.position, e.nullable = f.nullable,
    e.renamed_from = f.renamed_from)
RETURN s.id AS id
