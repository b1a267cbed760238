// name:    orders.before
// purpose: The open steps of the same order that fill what some steps read, and of jobs that take one partition after the other, the step before.
// param:   steps list of map {id, replay, job_partition, job, place: integer}
// returns: step string, namespace string, name string, key string, state string, why string - one row per step before another
// access:  read
CALL () {
  UNWIND $steps AS x
  MATCH (jp:JobPartition {id: x.job_partition})<-[:NEEDED_BY]-(:Partition)<-[:FILLS]-(m:JobPartition)
  MATCH (b:ReplayStep {job_partition: m.id})
  WHERE b.replay = x.replay AND b.open IS NOT NULL AND b.id <> x.id
  RETURN DISTINCT x.id AS step, b
  UNION
  UNWIND $steps AS x
  MATCH (j:Job {id: x.job})
  WHERE j.run_order IN ['serial', 'strict']
  MATCH (b:ReplayStep)
  WHERE b.open = 1 AND b.replay = x.replay AND b.job = x.job AND b.order < x.place
    AND (j.run_order = 'strict' OR b.state <> 'FAILED')
  RETURN DISTINCT x.id AS step, b
}
RETURN step, b.namespace AS namespace, b.name AS name, b.key AS key, b.state AS state, b.why AS why
