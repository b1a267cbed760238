// name:    orders.left
// purpose: How many steps of an order are left, by job.
// param:   order string
// returns: job string, count integer - one row per job
// access:  read
MATCH (s:ReplayStep {replay: $order})
WHERE s.open IS NOT NULL
RETURN s.job AS job, count(*) AS count
