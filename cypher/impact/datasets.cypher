// name:    impact.datasets
// purpose: What is declared of some datasets, and what the current version of the newest partition of each showed.
// param:   ids list of string
// param:   at datetime - the moment: what was declared then
// returns: id string, format string, options string, contract string, location string - null where nothing is said; declared, shown - lists of {path, type, nullable, position}; one row for each that exists
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
RETURN d.id AS id, d.format AS format, d.options AS options, d.contract AS contract, d.location AS location,
  COLLECT {
    MATCH (d)-[h:HAS_SCHEMA]->(:SchemaVersion)-[has:HAS_FIELD]->(f:Field)
    WHERE h.valid_from <= $at AND $at < h.valid_to AND h.retracted_at > datetime.realtime()
    RETURN {path: f.path, type: has.type, nullable: has.nullable, position: has.position}
  } AS declared,
  COLLECT {
    MATCH (p:Partition {dataset: d.id})-[:CURRENT]->(:DatasetVersion)-[:WITH_SCHEMA]->(s:SchemaVersion)
    WITH s, p.key AS key ORDER BY key DESC LIMIT 1
    MATCH (s)-[has:HAS_FIELD]->(f:Field)
    RETURN {path: f.path, type: has.type, nullable: has.nullable, position: has.position}
  } AS shown
