// name:    observed.lock_jobs
// purpose: Locks jobs that observations speak of, makes those that are new, and says what is known of them.
// param:   jobs list of map {id, namespace, name} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string, facets string - one row each; facets is JSON, null where none is known
// access:  write
UNWIND $jobs AS x
MERGE (j:Job {id: x.id})
ON CREATE SET j.namespace = x.namespace, j.name = x.name
SET j._lock = $token
RETURN j.id AS id, j.facets AS facets
