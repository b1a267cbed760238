// name:    runs.open_count
// purpose: How many runs are ready or running.
// returns: ready integer, running integer - one row
// access:  read
MATCH (r:Run)
WHERE r.open = 1
RETURN count(CASE WHEN r.state = 'READY' THEN 1 END) AS ready, count(CASE WHEN r.state = 'RUNNING' THEN 1 END) AS running
