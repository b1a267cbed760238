// name:    identity.settle_lives
// purpose: When datasets were dropped, and that what was seen of them before has ended with the next drop, unless it was seen since.
// param:   lives list of map {id, drops: list of datetime, alive_at: datetime or null} - drops in order, at least one; alive_at: when it was said to be changed otherwise, if that is the last word
// param:   source string - whose edges
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $lives AS x
MATCH (d:Dataset {id: x.id})
SET d.drops = x.drops
WITH d, x
CALL (x) {
  MATCH (:Dataset {id: x.id})-[e:CONSUMED_BY|PRODUCES]-()
  WHERE e.source = $source
  SET e.valid_to = reduce(end = $forever, at IN x.drops | CASE WHEN at >= e.last_seen AND at < end THEN at ELSE end END)
  RETURN max(e.last_seen) AS seen
}
WITH d, x, seen, x.drops[size(x.drops) - 1] AS last
SET d.dropped_at = CASE WHEN coalesce(seen > last, false) OR coalesce(x.alive_at >= last, false) THEN null ELSE last END
RETURN d.id AS id
