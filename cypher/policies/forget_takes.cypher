// name:    policies.forget_takes
// purpose: Before it is said anew which jobs take from which pools.
// returns: forgotten integer - one row
// access:  write
MATCH (j:Job)
WHERE j.limited = 1
REMOVE j.limited, j.takes
RETURN count(*) AS forgotten
