// name:    listing.note
// purpose: Keeps what a client said of a namespace, a source or a tag, in place of what was said before.
// param:   id string
// param:   kind string - namespace, source or tag
// param:   called string - the name
// param:   said string - JSON
// param:   token string - fresh for each attempt
// returns: name string, said string, since integer, last integer - one row, moments in microseconds
// access:  write
MERGE (n:Note {id: $id})
ON CREATE SET n.kind = $kind, n.name = $called, n.since = datetime.realtime(), n.last = datetime.realtime()
SET n._lock = $token
FOREACH (_ IN CASE WHEN n.said = $said THEN [] ELSE [1] END | SET n.said = $said, n.last = datetime.realtime())
RETURN n.name AS name, n.said AS said, datetime(n.since).epochSeconds * 1000000 + datetime(n.since).microsecond AS since,
  datetime(n.last).epochSeconds * 1000000 + datetime(n.last).microsecond AS last
