// name:    observed.known_schemas
// purpose: The newest schema that is known of each dataset: declared, else as it was seen last.
// param:   datasets list of string - ids
// returns: dataset string, schema string, fields list - one row for each that has one; a field is [path, type, position]
// access:  read
UNWIND $datasets AS id
CALL (id) {
  MATCH (:Dataset {id: id})-[h:HAS_SCHEMA]->(s:SchemaVersion)
  WHERE datetime.realtime() < h.valid_to AND datetime.realtime() < h.retracted_at
  RETURN s.id AS schema, 0 AS rank, h.valid_from AS seen
  UNION ALL
  MATCH (:Dataset {id: id})-[h:SHOWED]->(s:SchemaVersion)
  RETURN s.id AS schema, 1 AS rank, h.last_seen AS seen
}
WITH id, schema, rank, seen
ORDER BY rank, seen DESC, schema
WITH id, collect(schema)[0] AS schema
MATCH (:SchemaVersion {id: schema})-[e:HAS_FIELD]->(f:Field)
RETURN id AS dataset, schema, collect([f.path, e.type, e.position]) AS fields
