// name:    readiness.outputs_of
// purpose: The partitions that job partitions make.
// param:   job_partitions list of string - ids
// returns: job_partition string, id string, dataset string, key string - one row each, by id
// access:  read
UNWIND $job_partitions AS own
MATCH (:JobPartition {id: own})-[:FILLS]->(p:Partition)
RETURN own AS job_partition, p.id AS id, p.dataset AS dataset, p.key AS key
ORDER BY id
