// name:    audit.tail
// purpose: The records that are not in the chain yet.
// returns: unsealed integer, oldest datetime or null - one row
// access:  read
MATCH (a:AuditRecord)
WHERE a.unsealed = 1
RETURN count(a) AS unsealed, min(a.at) AS oldest
