// name:    readiness.followers
// purpose: The jobs that wait for others by control.
// param:   jobs list of string - those that are waited for
// returns: before string, job string - one row each
// access:  read
UNWIND $jobs AS before
MATCH (:Job {id: before})-[f:FOLLOWED_BY]->(j:Job)
WHERE f.valid_to > datetime.realtime() AND j.retired_at IS NULL
RETURN before, j.id AS job
