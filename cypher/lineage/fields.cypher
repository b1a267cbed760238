// name:    lineage.fields
// purpose: The columns that one dataset has at a moment: those of its schema, and those that a flow mentions.
// param:   dataset string - id of the dataset
// param:   at datetime - the moment
// returns: id string, path string, type string, listed boolean - one row per column; listed: its schema has it (type is null otherwise)
// access:  read
MATCH (f:Field {dataset: $dataset})
OPTIONAL MATCH (:Dataset {id: $dataset})-[h:HAS_SCHEMA]->(:SchemaVersion)-[has:HAS_FIELD]->(f)
WHERE h.valid_from <= $at AND $at < h.valid_to AND h.retracted_at > datetime.realtime()
WITH f, collect(has.type) AS types, count(has) AS listed
WITH f, types, listed, EXISTS {
  MATCH (f)-[e:FEEDS|SHAPES|USED_BY]-()
  WHERE e.valid_from <= $at AND $at < e.valid_to AND e.retracted_at > datetime.realtime()
} AS flows
WHERE listed > 0 OR flows
RETURN f.id AS id, f.path AS path, types[0] AS type, listed > 0 AS listed
