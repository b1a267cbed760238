// name:    verify.too_many_attempts
// purpose: Runs that were tried more often than their job allows, or lost more than three workers, whatever the policy.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (r:Run)
OPTIONAL MATCH (j:Job {id: r.job})
WITH r, coalesce(j.most_failures, j.retries, 2) + 1 AS allowed
WHERE r.failures > allowed OR r.losses > 3
RETURN r.id AS subject, 'failed ' + toString(r.failures) + ' times of ' + toString(allowed) + ' and lost ' + toString(r.losses) + ' workers of 3' AS message
LIMIT $most
