// name:    audit.head
// purpose: Where the chain ends.
// returns: seq integer, hash string - no row: nothing was ever sealed
// access:  read
MATCH (c:AuditChain {id: 'chain'})
RETURN c.seq AS seq, c.hash AS hash
