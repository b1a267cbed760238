// name:    verify.without_audit
// purpose: Versions and runs whose present state no audit record tells of.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (n:DatasetVersion|Run)
WHERE n.state <> 'VALIDATING' AND NOT EXISTS { MATCH (a:AuditRecord {subject: n.id}) WHERE a.transition = n.state }
RETURN n.id AS subject, 'no audit record says that it became ' + n.state AS message
LIMIT $most
