// name:    observed.see_schemas
// purpose: Schemas that datasets were seen to have, with their fields.
// param:   schemas list of map {id, dataset, first, last, fields: list of map {id, path, type, position, nullable}}
// returns: id string - one row each
// access:  write
UNWIND $schemas AS x
MATCH (d:Dataset {id: x.dataset})
MERGE (s:SchemaVersion {id: x.id})
ON CREATE SET s.dataset = x.dataset, s.seen_at = x.first
FOREACH (_ IN CASE WHEN x.first < s.seen_at THEN [1] ELSE [] END | SET s.seen_at = x.first)
FOREACH (f IN CASE WHEN EXISTS { MATCH (s)-[:HAS_FIELD]->(:Field) } THEN [] ELSE x.fields END |
  MERGE (n:Field {id: f.id})
  ON CREATE SET n.dataset = x.dataset, n.path = f.path
  MERGE (s)-[e:HAS_FIELD]->(n)
  SET e.type = f.type, e.position = f.position, e.nullable = f.nullable)
MERGE (d)-[h:SHOWED]->(s)
ON CREATE SET h.first_seen = x.first, h.last_seen = x.last, d.schema_news = true
// One of several that becomes the newest again is news too.
FOREACH (_ IN CASE WHEN h.last_seen < x.last
    AND EXISTS { MATCH (d)-[o:SHOWED]->(:SchemaVersion) WHERE o.last_seen > h.last_seen AND o.last_seen <= x.last }
  THEN [1] ELSE [] END | SET d.schema_news = true)
FOREACH (_ IN CASE WHEN x.first < h.first_seen THEN [1] ELSE [] END | SET h.first_seen = x.first)
FOREACH (_ IN CASE WHEN x.last > h.last_seen THEN [1] ELSE [] END | SET h.last_seen = x.last)
RETURN s.id AS id
