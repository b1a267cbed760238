// name:    orders.put_steps
// purpose: The steps of an order, in their lines, each once. Only after its lock.
// param:   steps list of map {id, replay, line: string, order: integer, job, namespace, name, key, job_partition, why, partitions: list, forced: boolean, named: boolean, origin, pool, priority, background: 1 or null, by, reason}
// returns: id string - one row per step that is new
// access:  write
UNWIND $steps AS x
OPTIONAL MATCH (known:ReplayStep {id: x.id})
WITH x, known
WHERE known IS NULL
CREATE (s:ReplayStep {id: x.id, replay: x.replay, line: x.line, order: x.order, job: x.job, namespace: x.namespace, name: x.name,
  key: x.key, job_partition: x.job_partition, way: 'RUN', why: x.why, replaces: [], avoids: [], partitions: x.partitions,
  forced: x.forced, named: x.named, origin: x.origin, by: x.by, reason: x.reason, state: 'WAITING', open: 2})
SET s.pool = x.pool, s.priority = x.priority, s.background = x.background
RETURN s.id AS id
