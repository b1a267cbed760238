// name:    versions.record_schema
// purpose: The schema that was seen in each version; a schema that is known already is not written again.
// param:   schemas list of map {id, version, dataset, fields: list of map {id, path, type, position, nullable}}
// returns: id string - one row each
// access:  write
UNWIND $schemas AS x
MATCH (v:DatasetVersion {id: x.version})
MERGE (s:SchemaVersion {id: x.id})
ON CREATE SET s.dataset = x.dataset, s.seen_at = datetime.realtime()
MERGE (v)-[:WITH_SCHEMA]->(s)
FOREACH (f IN x.fields |
  MERGE (n:Field {id: f.id})
  ON CREATE SET n.dataset = x.dataset, n.path = f.path
  MERGE (s)-[e:HAS_FIELD]->(n)
  SET e.type = f.type, e.position = f.position, e.nullable = f.nullable)
RETURN s.id AS id
