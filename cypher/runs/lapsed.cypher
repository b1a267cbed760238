// name:    runs.lapsed
// purpose: Runs that should have been started by now, the longest waiting first; also those that were ended otherwise.
// param:   most integer
// returns: id string, job_partition string, created_at datetime, ready_until datetime - none when nothing has lapsed
// access:  read
MATCH (r:Run)
WHERE r.ready_until <= datetime.realtime()
RETURN r.id AS id, r.job_partition AS job_partition, r.created_at AS created_at, r.ready_until AS ready_until
ORDER BY r.ready_until LIMIT $most
