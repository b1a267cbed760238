// name:    audit.links
// purpose: The next stretch of the chain, with all that its hashes are made of.
// param:   after integer - the last place that was read; 0: from the start
// param:   upto integer - the head, as it was when the walk began
// param:   most integer
// returns: seq, prev, hash, id, at datetime, subject, transition, actor, detail - by place
// access:  read
MATCH (a:AuditRecord)
WHERE a.seq > $after AND a.seq <= $upto
RETURN a.seq AS seq, a.prev AS prev, a.hash AS hash, a.id AS id, a.at AS at, a.subject AS subject,
  a.transition AS transition, a.actor AS actor, a.detail AS detail
ORDER BY seq, id LIMIT $most
