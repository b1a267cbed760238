// name:    audit.of_subject
// purpose: What happened to one thing, oldest first.
// param:   subject string - id of a version, a run, a dataset …
// param:   most integer
// returns: at datetime, transition string, actor string, detail string
// access:  read
MATCH (a:AuditRecord {subject: $subject})
RETURN a.at AS at, a.transition AS transition, a.actor AS actor, a.detail AS detail
ORDER BY a.at LIMIT $most
