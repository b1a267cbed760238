// name:    versions.lock_partition
// purpose: Locks one partition, before what its versions are is looked at.
// param:   partition string
// param:   token string - fresh for each attempt
// returns: id string - one row
// access:  write
MATCH (p:Partition {id: $partition})
SET p._lock = $token
RETURN p.id AS id
