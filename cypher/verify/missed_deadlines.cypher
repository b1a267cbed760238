// name:    verify.missed_deadlines
// purpose: Missed deadlines that are not recorded exactly once, or of which nobody was told.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (d:Deadline)
WHERE d.state = 'MISSED'
WITH d, COLLECT { MATCH (a:AuditRecord {subject: d.id}) WHERE a.transition = 'MISSED' RETURN a.id } AS records
WHERE size(records) <> 1 OR NOT EXISTS { MATCH (n:Outbox {id: 'deadline/' + d.id + '/missed'}) }
RETURN d.id AS subject, 'was missed, which is recorded ' + toString(size(records)) + ' times, or nobody was told' AS message
LIMIT $most
UNION ALL
MATCH (d:Deadline)
WITH d.consumer AS consumer, d.day AS day, collect(d.id) AS several
WHERE size(several) > 1
RETURN several[0] AS subject, 'the deadline of ' + consumer + ' for ' + day + ' is there ' + toString(size(several)) + ' times' AS message
LIMIT $most
