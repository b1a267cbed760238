// name:    policies.named_by
// purpose: Jobs of other scopes that name one of these pools.
// param:   pools list of string - ids
// param:   scope string - whose own jobs do not count
// returns: pool, namespace, name - one row for each job
// access:  read
MATCH (j:Job)
WHERE j.limited = 1 AND j.retired_at IS NULL AND j.scope <> $scope
UNWIND j.pool_takes AS pool
WITH DISTINCT j, pool
WHERE pool IN $pools
RETURN pool, j.namespace AS namespace, j.name AS name
