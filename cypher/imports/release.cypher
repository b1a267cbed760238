// name:    imports.release
// purpose: Nobody declares these things any more; they stay, because others read or make them.
// param:   ids list of string - datasets, jobs, consumers
// returns: id string - one row each
// access:  write
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(d, j, c) AS n
WHERE n IS NOT NULL
REMOVE n.scope
RETURN n.id AS id
