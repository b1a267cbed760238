// name:    schemas.declared
// purpose: The schemas that a dataset was declared to have, and when.
// param:   dataset string - id of the dataset
// returns: schema string, since datetime, until datetime - one row per declaration
// access:  read
MATCH (d:Dataset {id: $dataset})-[h:HAS_SCHEMA]->(s:SchemaVersion)
WHERE h.retracted_at > datetime.realtime()
RETURN s.id AS schema, h.valid_from AS since, h.valid_to AS until
