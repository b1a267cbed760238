// name:    schedules.ran_without
// purpose: Which required inputs runs go without, because their time had come.
// param:   runs list of map {run, missing: list of DATASET@PARTITION}
// returns: id string - one row each
// access:  write
UNWIND $runs AS x
MATCH (r:Run {id: x.run})
SET r.missing = x.missing
RETURN r.id AS id
