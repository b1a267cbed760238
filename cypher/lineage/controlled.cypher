// name:    lineage.controlled
// purpose: Whether any job was ever declared to wait for another one without data.
// returns: any boolean - one row
// access:  read
OPTIONAL MATCH (:Job)-[e:FOLLOWED_BY]->(:Job)
WITH e LIMIT 1
RETURN e IS NOT NULL AS any
