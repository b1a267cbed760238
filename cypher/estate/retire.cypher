// name:    estate.retire
// purpose: Marks what a scope no longer declares. It stays, with its history.
// param:   ids list of string - ids of datasets, jobs, consumers and pools
// param:   now datetime
// returns: id string - one row each
// access:  write
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
OPTIONAL MATCH (p:Pool {id: id})
WITH coalesce(d, j, c, p) AS n
WHERE n IS NOT NULL
SET n.retired_at = $now
RETURN n.id AS id
