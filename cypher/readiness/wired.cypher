// name:    readiness.wired
// purpose: The job partitions that already wait for any of these partitions, whatever the mapping that wired them.
// param:   partitions list of string - partition ids
// returns: partition string, id string, job string, key string - one row each
// access:  read
UNWIND $partitions AS id
MATCH (p:Partition {id: id})-[:NEEDED_BY]->(jp:JobPartition)
RETURN p.id AS partition, jp.id AS id, jp.job AS job, jp.key AS key
