// name:    audit.lock_chain
// purpose: First statement of whoever lengthens the audit chain: locks its head, made here when it is new, then reads it.
// param:   token string - fresh for each attempt
// returns: seq integer, hash string - one row: the last record of the chain; 0 and an empty hash when it has none
// access:  write
MERGE (c:AuditChain {id: 'chain'})
ON CREATE SET c.seq = 0, c.hash = ''
SET c._lock = $token
RETURN c.seq AS seq, c.hash AS hash
