// name:    notify.unsent
// purpose: Notices that wait to be delivered and are due.
// param:   most integer - how many at once
// returns: id, kind, subject, recipients list of string, title, body, created_at datetime, attempts integer - oldest first
// access:  read
MATCH (n:Outbox)
WHERE n.open = 1 AND (n.not_before IS NULL OR n.not_before <= datetime.realtime())
RETURN n.id AS id, n.kind AS kind, n.subject AS subject, n.recipients AS recipients, n.title AS title, n.body AS body,
  n.created_at AS created_at, coalesce(n.attempts, 0) AS attempts
ORDER BY n.created_at LIMIT $most
