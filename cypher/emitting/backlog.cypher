// name:    emitting.backlog
// purpose: What waits to be told, what was refused, and who still wants to hear of runs.
// returns: waiting integer, oldest datetime or null, refused integer, reason string or null - of one that was refused; subscribed boolean, until datetime or null, trouble string or null, dropped integer - one row
// access:  read
OPTIONAL MATCH (s:Outbox {id: 'subscription/openlineage'})
CALL () {
  MATCH (n:Outbox) WHERE n.open = 2
  RETURN count(n) AS waiting, min(n.created_at) AS oldest
}
CALL () {
  MATCH (n:Outbox) WHERE n.open = 3
  RETURN count(n) AS refused, max(n.reason) AS reason
}
RETURN waiting, oldest, refused, reason, coalesce(s.until > datetime.realtime(), false) AS subscribed, s.until AS until,
  s.trouble AS trouble, coalesce(s.dropped, 0) AS dropped
