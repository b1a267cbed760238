// name:    replays.put_steps
// purpose: What is to run again, a step for each job partition, each once.
// param:   steps list of map {id, replay, job, namespace, name, key, job_partition, way, why, order: integer, replaces: list, avoids: list, partitions: list, by, reason} - job_partition: empty where others run it
// returns: id string - one row per step that is new
// access:  write
UNWIND $steps AS x
OPTIONAL MATCH (known:ReplayStep {id: x.id})
WITH x, known
WHERE known IS NULL
CREATE (s:ReplayStep {id: x.id, replay: x.replay, job: x.job, namespace: x.namespace, name: x.name, key: x.key,
  job_partition: x.job_partition, way: x.way, why: x.why, order: x.order, replaces: x.replaces, avoids: x.avoids,
  partitions: x.partitions, by: x.by, reason: x.reason, state: 'WAITING', open: 1})
RETURN s.id AS id
