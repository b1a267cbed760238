// name:    runs.get_run_count
// purpose: How many runs a listing would give in all.
// param:   job string - only runs of this job; null: any
// param:   state string - only runs in this state; null: any
// param:   open_only boolean - only runs that are waiting or running
// returns: total integer - one row
// access:  read
MATCH (r:Run)
WHERE ($job IS NULL OR r.job = $job) AND ($state IS NULL OR r.state = $state) AND (NOT $open_only OR r.open = 1)
RETURN count(r) AS total
