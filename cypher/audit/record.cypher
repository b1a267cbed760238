// name:    audit.record
// purpose: One record per transition, in the transaction that makes it. It waits unsealed for its place in the chain.
// param:   records list of map {id, subject, transition, actor, detail}
// returns: id string - one row each
// access:  write
UNWIND $records AS record
CREATE (a:AuditRecord {id: record.id, at: datetime.realtime(), subject: record.subject, transition: record.transition,
  actor: record.actor, detail: record.detail, unsealed: 1})
RETURN a.id AS id
