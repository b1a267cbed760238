// name:    lineage.unknown_reads
// purpose: Which runs that others tell of read something of which nobody knows the partition.
// param:   runs list of string - ids of any runs
// returns: id string - one row each
// access:  read
UNWIND $runs AS id
MATCH (r:ObservedRun {id: id})
WHERE coalesce(r.unknown_reads, size(r.inputs)) > 0
RETURN r.id AS id
