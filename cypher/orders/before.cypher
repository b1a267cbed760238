// name:    orders.before
// purpose: The open steps of the same order that fill what some steps read.
// param:   steps list of map {id, replay, job_partition}
// returns: step string, namespace string, name string, key string, state string, why string - one row per step before another
// access:  read
UNWIND $steps AS x
MATCH (jp:JobPartition {id: x.job_partition})<-[:NEEDED_BY]-(:Partition)<-[:FILLS]-(m:JobPartition)
MATCH (b:ReplayStep {job_partition: m.id})
WHERE b.replay = x.replay AND b.open IS NOT NULL AND b.id <> x.id
RETURN DISTINCT x.id AS step, b.namespace AS namespace, b.name AS name, b.key AS key, b.state AS state, b.why AS why
