// name:    estate.declare_jobs
// purpose: Creates jobs or changes what is declared of them. A property that is null is removed; so is the mark of a retired one.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MERGE (j:Job {id: x.id})
SET j += x.properties
REMOVE j.retired_at
RETURN j.id AS id
