// name:    emitting.due
// purpose: Starts and ends of attempts that wait to be told and are due. An end waits for its start.
// param:   most integer - how many at once
// returns: id, run, fence integer, event string: START or END, attempts integer - how often it was tried; oldest first
// access:  read
MATCH (n:Outbox)
WHERE n.open = 2 AND (n.not_before IS NULL OR n.not_before <= datetime.realtime())
  AND NOT EXISTS { MATCH (s:Outbox {id: n.follows}) WHERE s.open = 2 }
RETURN n.id AS id, n.subject AS run, n.fence AS fence, n.event AS event, coalesce(n.attempts, 0) AS attempts
ORDER BY n.created_at, id LIMIT $most
