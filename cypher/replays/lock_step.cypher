// name:    replays.lock_step
// purpose: Locks a step, then looks at it. Only after the lock of its job partition.
// param:   step string
// param:   token string - fresh for each attempt
// returns: id, replay, job, namespace, name, key, job_partition, way, why, place integer, state, run or null, replaces list, avoids list, partitions list, by, reason, is_open boolean - no row: there is none
// access:  write
MATCH (s:ReplayStep {id: $step})
SET s._lock = $token
RETURN s.id AS id, s.replay AS replay, s.job AS job, s.namespace AS namespace, s.name AS name, s.key AS key,
  s.job_partition AS job_partition, s.way AS way, s.why AS why, s.order AS place, s.state AS state, s.run AS run,
  s.replaces AS replaces, s.avoids AS avoids, s.partitions AS partitions, s.by AS by, s.reason AS reason, s.open IS NOT NULL AS is_open
