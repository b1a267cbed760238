// name:    policies.set_takes
// purpose: Says of jobs which pools they take from without naming them, one slot of each.
// param:   takes list of map {job, pools: list of string}
// returns: id string - one row per job
// access:  write
UNWIND $takes AS x
MATCH (j:Job {id: x.job})
SET j.takes = x.pools
RETURN j.id AS id
