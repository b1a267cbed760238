// name:    replays.steps_of
// purpose: All steps of some replays, in their order.
// param:   replays list of string
// returns: id, replay, job, namespace, name, key, job_partition, way, why, place integer, state, run or null, replaces list, avoids list, partitions list, by, reason - in order
// access:  read
UNWIND $replays AS replay
MATCH (s:ReplayStep {replay: replay})
RETURN s.id AS id, s.replay AS replay, s.job AS job, s.namespace AS namespace, s.name AS name, s.key AS key,
  s.job_partition AS job_partition, s.way AS way, s.why AS why, s.order AS place, s.state AS state, s.run AS run,
  s.replaces AS replaces, s.avoids AS avoids, s.partitions AS partitions, s.by AS by, s.reason AS reason
ORDER BY replay, place, namespace, name, key, id
