// name:    emitting.refused
// purpose: Events that the receiver will never take: they leave the queue, and are kept for a person to look at.
// param:   events list of map {id, reason}
// returns: id string - one row each
// access:  write
UNWIND $events AS x
MATCH (n:Outbox {id: x.id})
WHERE n.open = 2
SET n.open = 3, n.reason = x.reason, n.refused_at = datetime.realtime()
REMOVE n.not_before
RETURN n.id AS id
