// name:    estate.take_over
// purpose: The schemas that imports gave to these datasets count no longer: an estate declares them from now on.
// param:   ids list of string - datasets; others are passed over
// param:   now datetime
// returns: id string - one row per schema
// access:  write
UNWIND $ids AS id
MATCH (d:Dataset {id: id})-[e:HAS_SCHEMA]->(:SchemaVersion)
WHERE e.source STARTS WITH 'import:' AND e.valid_to > $now
SET e.valid_to = $now
RETURN d.id AS id
