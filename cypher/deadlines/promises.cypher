// name:    deadlines.promises
// purpose: Every consumer that has a deadline, and what it reads.
// returns: id, namespace, name, by, timezone, owners list of string, since datetime - from when it reads all of that, reads list of string - dataset ids - one row each
// access:  read
MATCH (c:Consumer)
WHERE c.deadline_by IS NOT NULL AND c.retired_at IS NULL
// From the few consumers that have one, never over all edges.
CALL (c) {
  MATCH (d:Dataset)-[e:CONSUMED_BY]->(c)
  WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
  RETURN collect(d.id) AS reads, max(e.recorded_at) AS since
}
WITH c, reads, since
WHERE size(reads) > 0
RETURN c.id AS id, c.namespace AS namespace, c.name AS name, c.deadline_by AS by, coalesce(c.deadline_timezone, 'UTC') AS timezone,
  COLLECT { MATCH (c)-[:OWNED_BY]->(o:Owner) RETURN DISTINCT o.name } AS owners, since, reads
