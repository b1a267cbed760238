// name:    observed.store_jobs
// purpose: What is known now of jobs, after what was said of them.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MATCH (n:Job {id: x.id})
SET n += x.properties
RETURN n.id AS id
