// name:    notify.mark_sent
// purpose: Notices that have been delivered; they leave the queue and stay as a record.
// param:   notices list of string
// returns: id string - one row per notice that was still open
// access:  write
UNWIND $notices AS id
MATCH (n:Outbox {id: id})
WHERE n.open = 1
SET n.sent_at = datetime.realtime(), n.attempts = coalesce(n.attempts, 0) + 1
REMOVE n.open, n.not_before
RETURN n.id AS id
