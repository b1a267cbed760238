// name:    notify.postpone
// purpose: A notice, or an event, could not be delivered: counts the attempt and says when to try again.
// param:   notice string
// param:   wait_ms integer
// returns: id string - one row, or none for a notice that is no longer open
// access:  write
MATCH (n:Outbox {id: $notice})
WHERE n.open IN [1, 2]
SET n.attempts = coalesce(n.attempts, 0) + 1,
  n.not_before = datetime.realtime() + duration({milliseconds: $wait_ms})
RETURN n.id AS id
