// name:    runs.find
// purpose: Where a run belongs, to lock it by.
// param:   run string
// returns: id, job_partition, kind - no row: there is none
// access:  read
MATCH (r:Run {id: $run})
RETURN r.id AS id, r.job_partition AS job_partition, r.kind AS kind
