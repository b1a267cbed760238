// name:    orders.line
// purpose: The next steps of a line, in their order.
// param:   line string
// param:   most integer
// returns: id string, job string, key string, job_partition string - in order; none: all of the line had its turn
// access:  read
MATCH (s:ReplayStep {line: $line})
WHERE s.open = 2
RETURN s.id AS id, s.job AS job, s.key AS key, s.job_partition AS job_partition
ORDER BY s.order LIMIT $most
