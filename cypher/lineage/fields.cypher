// name:    lineage.fields
// purpose: The columns that one dataset has at a moment, under all of its names: those of its schema, and those that a flow mentions.
// param:   datasets list of string - id of the dataset, and of those that it is one with
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: dataset string, id string, path string, type string, listed boolean - one row per column of each; listed: its schema has it (type is null otherwise)
// access:  read
WITH coalesce($known, datetime.realtime()) AS known
WITH known, CASE WHEN $at < known THEN $at ELSE known END AS until
UNWIND $datasets AS dataset
MATCH (f:Field {dataset: dataset})
OPTIONAL MATCH (:Dataset {id: dataset})-[h:HAS_SCHEMA]->(:SchemaVersion)-[has:HAS_FIELD]->(f)
WHERE h.valid_from <= $at AND until < h.valid_to AND h.recorded_at <= known AND known < h.retracted_at
WITH f, known, until, collect(has.type) AS types, count(has) AS listed
WITH f, types, listed, EXISTS {
  MATCH (f)-[e:FEEDS|SHAPES|USED_BY]-()
  WHERE e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
} AS flows
WHERE listed > 0 OR flows
RETURN f.dataset AS dataset, f.id AS id, f.path AS path, types[0] AS type, listed > 0 AS listed
