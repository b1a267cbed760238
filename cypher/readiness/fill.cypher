// name:    readiness.fill
// purpose: Joins job partitions to the partitions they fill, and remembers what all that was made from.
// param:   fills list of map {job_partition, partition, dataset, key, wiring}
// returns: job_partition string - one row per edge
// access:  write
UNWIND $fills AS x
MATCH (jp:JobPartition {id: x.job_partition})
MERGE (p:Partition {id: x.partition})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
MERGE (jp)-[:FILLS]->(p)
SET jp.wiring = x.wiring
RETURN jp.id AS job_partition
