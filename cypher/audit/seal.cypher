// name:    audit.seal
// purpose: Gives records their place in the chain and moves its head. Only after the lock of the head.
// param:   links list of map {id, seq, prev, hash} - in order
// param:   seq integer - of the last link
// param:   hash string - of the last link
// returns: sealed integer - one row; fewer than `links`: somebody sealed some of them since they were read
// access:  write
MATCH (c:AuditChain {id: 'chain'})
SET c.seq = $seq, c.hash = $hash
WITH c
UNWIND $links AS x
MATCH (a:AuditRecord {id: x.id})
WHERE a.unsealed = 1
SET a.seq = x.seq, a.prev = x.prev, a.hash = x.hash
REMOVE a.unsealed
RETURN count(*) AS sealed
