// name:    observed.store_runs
// purpose: What is known now of runs, after what was said of them.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MATCH (n:ObservedRun {id: x.id})
SET n += x.properties
RETURN n.id AS id
