// name:    retention.lock_version
// purpose: Locks a version and its partition, after the job partitions of those who read it: a run that is being made on it comes first, or sees that it is gone.
// param:   version string
// param:   token string - fresh for each attempt
// returns: id string - one row
// access:  write
MATCH (v:DatasetVersion {id: $version})
MATCH (p:Partition {id: v.partition})
SET p._lock = $token, v._lock = $token
RETURN v.id AS id
