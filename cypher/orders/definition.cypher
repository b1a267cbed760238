// name:    orders.definition
// purpose: How a job is declared.
// param:   job string - job id
// returns: definition string - no row: no such job
// access:  read
MATCH (j:Job {id: $job})
WHERE j.definition IS NOT NULL
RETURN j.definition AS definition
