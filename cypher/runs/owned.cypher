// name:    runs.owned
// purpose: The runs that a worker holds.
// param:   worker string
// returns: id, job_partition - one row each
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'RUNNING' AND r.owner = $worker
RETURN r.id AS id, r.job_partition AS job_partition
ORDER BY job_partition
