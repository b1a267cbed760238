// name:    runs.lock
// purpose: First statement of whatever changes runs. Here it takes the open runs too: a commit becomes visible piece by piece on this engine, so a run that has just been claimed may still look READY; touching it makes whoever saw it so fail at commit.
// param:   job_partitions list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
SET jp._lock = $token
WITH jp
OPTIONAL MATCH (jp)-[:HAS_RUN]->(r:Run)
WHERE r.open = 1
FOREACH (run IN CASE WHEN r IS NULL THEN [] ELSE [r] END | SET run._lock = $token)
RETURN DISTINCT jp.id AS id
