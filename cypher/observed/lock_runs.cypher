// name:    observed.lock_runs
// purpose: Locks runs that others tell of, makes those that are new, and says what is known of them.
// param:   runs list of map {id, job, run} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string, types list, first datetime, started_at datetime, ended_at datetime, complete_at datetime, inputs list, outputs list, facets string - one row each; inputs and outputs are ids of dataset names
// access:  write
UNWIND $runs AS x
MERGE (r:ObservedRun {id: x.id})
ON CREATE SET r.job = x.job, r.run = x.run
SET r._lock = $token
RETURN r.id AS id, coalesce(r.types, []) AS types, r.first AS first, r.started_at AS started_at, r.ended_at AS ended_at,
  r.complete_at AS complete_at, coalesce(r.inputs, []) AS inputs, coalesce(r.outputs, []) AS outputs, r.facets AS facets
