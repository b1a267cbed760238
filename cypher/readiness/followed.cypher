// name:    readiness.followed
// purpose: Runs that have ended, and whose end others may wait for by control.
// param:   most integer
// returns: id string, job string, key string - none when there is no news
// access:  read
MATCH (r:Run)
WHERE r.followed = 1 AND r.open IS NULL
RETURN r.id AS id, r.job AS job, r.key AS key
ORDER BY r.ended_at LIMIT $most
