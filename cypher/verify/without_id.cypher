// name:    verify.without_id
// purpose: Nodes without an id. The uniqueness constraints of Community Edition let a missing one pass.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (n:Dataset|DatasetName|DeclaredName|Job|Consumer|Field|SchemaVersion|Contract|Partition|DatasetVersion|Reading|JobPartition|Run|Attempt|AuditRecord|Outbox|Deadline|Timing)
WHERE n.id IS NULL
RETURN coalesce(n.name, '?') AS subject, 'a node without id' AS message
LIMIT $most
