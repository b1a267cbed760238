// name:    emitting.drop
// purpose: Lets the oldest waiting events go beyond so many, and counts them.
// param:   keep integer - the newest that stay
// param:   most integer - how many go at once
// returns: dropped integer - one row, none where nobody ever subscribed
// access:  write
MATCH (s:Outbox {id: 'subscription/openlineage'})
CALL () {
  MATCH (n:Outbox) WHERE n.open IN [2, 3]
  WITH n ORDER BY n.created_at DESC SKIP $keep LIMIT $most
  DELETE n
  RETURN count(*) AS gone
}
SET s.dropped = coalesce(s.dropped, 0) + gone
RETURN gone AS dropped
