// name:    readiness.wired
// purpose: The job partitions that already wait for any of these partitions, whatever the mapping that wired them.
// param:   partitions list of string - partition ids
// returns: id string, job string, key string - one row each
// access:  read
UNWIND $partitions AS id
MATCH (:Partition {id: id})-[:NEEDED_BY]->(jp:JobPartition)
RETURN DISTINCT jp.id AS id, jp.job AS job, jp.key AS key
