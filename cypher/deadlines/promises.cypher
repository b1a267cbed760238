// name:    deadlines.promises
// purpose: Every consumer that has a deadline, and what it reads.
// returns: rows list of [id, namespace, name, by, timezone, owners list of string, since integer - microseconds since 1970, from when it reads all of that, reads list of string - dataset ids] - one row
// access:  read
MATCH (c:Consumer)
WHERE c.deadline_by IS NOT NULL AND c.retired_at IS NULL
// From the few consumers that have one, never over all edges.
CALL (c) {
  MATCH (d:Dataset)-[e:CONSUMED_BY]->(c)
  WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
  RETURN collect(d.id) AS reads, max(e.recorded_at) AS since
}
WITH c, reads, since, COLLECT { MATCH (c)-[:OWNED_BY]->(o:Owner) RETURN DISTINCT o.name } AS owners
WHERE size(reads) > 0
// A number is read ten times as fast as a moment.
RETURN collect([c.id, c.namespace, c.name, c.deadline_by, coalesce(c.deadline_timezone, 'UTC'), owners,
  datetime(since).epochSeconds * 1000000 + datetime(since).microsecond, reads]) AS rows
