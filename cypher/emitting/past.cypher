// name:    emitting.past
// purpose: Attempts of runs of jobs, oldest run first, a page at a time.
// param:   since datetime - runs that were made then or later
// param:   after string - id of the last run of the page before; empty: from the start
// param:   most integer - how many runs
// returns: run string, fences list of integer - in order
// access:  read
OPTIONAL MATCH (last:Run {id: $after})
WITH coalesce(last.created_at, $since) AS start, last.id AS last_id
MATCH (r:Run)
WHERE r.created_at >= start AND r.kind = 'job' AND (last_id IS NULL OR r.created_at > start OR r.id > last_id)
WITH r ORDER BY r.created_at, r.id LIMIT $most
RETURN r.id AS run, COLLECT { MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt) RETURN a.number } AS fences
ORDER BY r.created_at, r.id
