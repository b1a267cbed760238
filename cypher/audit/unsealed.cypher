// name:    audit.unsealed
// purpose: Records that wait for their place in the chain. Younger ones may belong to a commit that is not wholly visible yet.
// param:   grace_ms integer - only records older than this
// param:   most integer
// returns: id, at datetime, subject, transition, actor, detail - oldest first
// access:  read
MATCH (a:AuditRecord)
WHERE a.unsealed = 1 AND a.at < datetime.realtime() - duration({milliseconds: $grace_ms})
RETURN a.id AS id, a.at AS at, a.subject AS subject, a.transition AS transition, a.actor AS actor, a.detail AS detail
ORDER BY at, id LIMIT $most
