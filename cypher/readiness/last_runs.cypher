// name:    readiness.last_runs
// purpose: Since when the last successful run of job partitions, and of any partition of their jobs, knew what it would read.
// param:   job_partitions list of map {id, job}
// param:   of_jobs boolean - whether that of the whole job is asked too
// returns: id string, last_at datetime or null, last_of_job_at datetime or null - one row each
// access:  read
UNWIND $job_partitions AS x
MATCH (jp:JobPartition {id: x.id})
OPTIONAL MATCH (jp)-[:HAS_RUN]->(r:Run) WHERE r.state = 'SUCCEEDED'
WITH x, jp, max(r.created_at) AS last_at
CALL (x) {
  OPTIONAL MATCH (s:Run)
  WHERE s.job = x.job AND s.state = 'SUCCEEDED' AND $of_jobs
  RETURN s.created_at AS last_of_job_at ORDER BY s.created_at DESC LIMIT 1
}
RETURN jp.id AS id, last_at, last_of_job_at
