// name:    readiness.awaiting
// purpose: The job partitions of some jobs that wait for the latest of an input.
// param:   jobs list of string
// returns: id string, job string, key string - none when nobody waits
// access:  read
UNWIND $jobs AS job
MATCH (jp:JobPartition)
WHERE jp.awaits = job
RETURN jp.id AS id, jp.job AS job, jp.key AS key
