// name:    policies.mark_limited
// purpose: Marks the jobs of which a claim must know more than their priority.
// returns: limited integer - one row
// access:  write
MATCH (j:Job)
WHERE j.takes IS NOT NULL OR j.pool_takes IS NOT NULL OR j.runs_on IS NOT NULL OR j.run_order IS NOT NULL
SET j.limited = 1
RETURN count(*) AS limited
