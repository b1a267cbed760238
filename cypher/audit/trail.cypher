// name:    audit.trail
// purpose: One page of what happened to one thing, oldest first.
// param:   subject string - id of a version, a run, a dataset …
// param:   after string - id of the last record of the page before; null: the first page
// param:   limit integer
// returns: id, at datetime, subject, transition, actor, detail, seq integer or null - in order; seq null: not sealed yet
// access:  read
OPTIONAL MATCH (last:AuditRecord {id: $after})
WITH last.at AS last_at, last.id AS last_id
MATCH (a:AuditRecord {subject: $subject})
WHERE last_id IS NULL OR a.at > last_at OR (a.at = last_at AND a.id > last_id)
RETURN a.id AS id, a.at AS at, a.subject AS subject, a.transition AS transition, a.actor AS actor, a.detail AS detail,
  a.seq AS seq
ORDER BY at, id LIMIT $limit
