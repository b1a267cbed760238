// name:    readiness.wait_again
// purpose: A partition that was skipped is waited for again. Runs that went without it stay.
// param:   partition string
// returns: id string - no row: nobody knows the partition
// access:  write
MATCH (p:Partition {id: $partition})
REMOVE p.skipped
SET p.evaluate = datetime.realtime()
RETURN p.id AS id
