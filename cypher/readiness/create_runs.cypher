// name:    readiness.create_runs
// purpose: A run for each job partition that is ready, unless this set of inputs had one already. One that was superseded does not count: when its inputs are current again, because a newer version was set aside, so is it.
// param:   runs list of map {id, job_partition, job, key, input_set, definition_hash, generation, again: boolean, priority, not_before: datetime or null, nominal: datetime or null, inputs: list of version ids, missing: list of partition ids or null, ready_for: milliseconds until it lapses, or null, after: job partition that must succeed first, or null, followed: 1 where others wait for how it ends, or null} - again: whatever runs there were; nominal: the time by the clock that it is for
// returns: id string, job_partition string - one row per run that is ready from now on
// access:  write
UNWIND $runs AS x
MATCH (jp:JobPartition {id: x.job_partition})
WHERE x.again OR NOT EXISTS { MATCH (jp)-[:HAS_RUN]->(s:Run {input_set: x.input_set}) WHERE s.state <> 'SUPERSEDED' }
MERGE (r:Run {id: x.id})
ON CREATE SET r.kind = 'job', r.job = x.job, r.job_partition = x.job_partition, r.key = x.key, r.fence = 0, r.metrics = '{}',
  r.input_set = x.input_set, r.definition_hash = x.definition_hash, r.generation = x.generation
SET r.state = 'READY', r.open = 1, r.priority = x.priority, r.attempts = 0, r.failures = 0, r.losses = 0, r.reason = '',
  r.created_at = datetime.realtime(), r.not_before = x.not_before, r.nominal = x.nominal
REMOVE r.ended_at, r.missing, r.ready_until, r.after, r.followed
FOREACH (_ IN CASE WHEN x.missing IS NULL THEN [] ELSE [1] END | SET r.missing = x.missing)
FOREACH (_ IN CASE WHEN x.ready_for IS NULL THEN [] ELSE [1] END |
  // It may wait for so long from when it may start.
  SET r.ready_until = CASE WHEN x.not_before > datetime.realtime() THEN x.not_before ELSE datetime.realtime() END
    + duration({milliseconds: x.ready_for}))
FOREACH (_ IN CASE WHEN x.after IS NULL THEN [] ELSE [1] END | SET r.after = x.after)
FOREACH (_ IN CASE WHEN x.followed IS NULL THEN [] ELSE [1] END | SET r.followed = x.followed)
MERGE (jp)-[:HAS_RUN]->(r)
WITH r, x
// One that comes back may have recorded other versions then of inputs that do not trigger.
OPTIONAL MATCH (old:DatasetVersion)-[e:READ_BY]->(r) WHERE NOT old.id IN x.inputs
DELETE e
WITH DISTINCT r, x
CALL (r, x) {
  UNWIND x.inputs AS id
  MATCH (v:DatasetVersion {id: id})
  MERGE (v)-[:READ_BY]->(r)
  RETURN count(*) AS read
}
RETURN r.id AS id, r.job_partition AS job_partition
