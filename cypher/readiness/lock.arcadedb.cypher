// name:    readiness.lock
// purpose: First statement of whatever creates or changes runs: locks job partitions, made here when they are new. Here it takes the partitions that they wait for too: a commit becomes visible piece by piece on this engine, and what is read of a partition that was not touched first may be older than the lock; a run of inputs that are no longer current would come back.
// param:   job_partitions list of map {id, job, key} - sorted by id
// param:   token string - fresh for each attempt; a value already stored would lock nothing on an optimistic engine
// returns: id string, wiring string or null - one row each; wiring: what its edges were made from
// access:  write
UNWIND $job_partitions AS x
MERGE (jp:JobPartition {id: x.id})
ON CREATE SET jp.job = x.job, jp.key = x.key
SET jp._lock = $token
WITH jp
OPTIONAL MATCH (p:Partition)-[:NEEDED_BY]->(jp)
WITH jp, collect(p) AS needed
FOREACH (p IN needed | SET p._lock = $token)
RETURN jp.id AS id, jp.wiring AS wiring
