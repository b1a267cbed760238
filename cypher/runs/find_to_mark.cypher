// name:    runs.find_to_mark
// purpose: One run with what a person who wants to change its state must know.
// param:   run string
// returns: id, kind, state, key, job, job_partition, input_set, pretended, namespace, name - no row: there is no such run
// access:  read
MATCH (r:Run {id: $run})
OPTIONAL MATCH (j:Job {id: r.job})
RETURN r.id AS id, r.kind AS kind, r.state AS state, r.key AS key, r.job AS job, r.job_partition AS job_partition,
  r.input_set AS input_set, coalesce(r.pretended, false) AS pretended, j.namespace AS namespace, j.name AS name
