// name:    emitting.forget
// purpose: Lets go what was refused long ago, and what waits although nobody has told of runs for so long.
// param:   keep_ms integer
// param:   most integer - how many go at once
// returns: gone integer - one row
// access:  write
WITH datetime.realtime() - duration({milliseconds: $keep_ms}) AS limit
OPTIONAL MATCH (s:Outbox {id: 'subscription/openlineage'})
WITH limit, coalesce(s.until < limit, false) AS abandoned
CALL (limit, abandoned) {
  MATCH (n:Outbox)
  WHERE n.open = 3 AND n.refused_at < limit OR n.open = 2 AND abandoned
  WITH n LIMIT $most
  DELETE n
  RETURN count(*) AS gone
}
RETURN gone
