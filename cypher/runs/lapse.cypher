// name:    runs.lapse
// purpose: Ends those of these runs that are still ready and have waited for their start too long. Only after the lock.
// param:   runs list of map {id, reason}
// returns: id string, job string, key string - one row per run that ended
// access:  write
UNWIND $runs AS x
MATCH (r:Run {id: x.id})
WHERE r.ready_until <= datetime.realtime()
WITH r, x, r.state = 'READY' AS waits
REMOVE r.ready_until
WITH r, x, waits
WHERE waits
SET r.state = 'LAPSED', r.reason = x.reason, r.ended_at = datetime.realtime()
REMOVE r.open, r.not_before
RETURN r.id AS id, r.job AS job, r.key AS key
