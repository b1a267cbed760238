// name:    policies.outdated
// purpose: Waiting runs of jobs of which only the latest counts, while a newer partition of the job has a run that waits, goes on or succeeded. What a person asked for is not among them.
// param:   most integer
// returns: id string, job_partition string - none when nothing is outdated
// access:  read
MATCH (j:Job)
WHERE j.limited = 1 AND j.run_order = 'latest'
MATCH (r:Run)
WHERE r.job = j.id AND r.open = 1 AND r.state = 'READY' AND r.generation = 0 AND r.background IS NULL AND EXISTS {
  MATCH (n:JobPartition)-[:HAS_RUN]->(e:Run)
  WHERE n.job = r.job AND n.key > r.key AND e.state IN ['READY', 'RUNNING', 'SUCCEEDED']
}
RETURN r.id AS id, r.job_partition AS job_partition LIMIT $most
