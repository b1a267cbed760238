// name:    estate.disown_imported
// purpose: The owners that imports gave to these things count no longer. Who owned what before stands in the audit trail.
// param:   ids list of string - datasets, jobs, consumers
// returns: id string - one row per owner
// access:  write
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(d, j, c) AS n
MATCH (n)-[e:OWNED_BY]->(:Owner)
WHERE e.source STARTS WITH 'import:'
WITH e, n.id AS id
DELETE e
RETURN id
