// name:    verify.too_many_attempts
// purpose: Runs that were tried more often than their job allows; a lost worker may cost up to three attempts whatever the policy.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (r:Run)
OPTIONAL MATCH (j:Job {id: r.job})
WITH r, coalesce(j.retries, 2) + 1 AS allowed
WHERE r.failures > allowed OR r.attempts > allowed + 3
RETURN r.id AS subject, 'was tried ' + toString(r.attempts) + ' times, ' + toString(allowed) + ' are allowed' AS message
LIMIT $most
