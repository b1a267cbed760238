// name:    readiness.fill
// purpose: Joins job partitions to the partitions they fill, and remembers what all that was made from.
// param:   fills list of map {job_partition, partition, dataset, key, wiring, special: 1 or null} - special: it waits on terms
// returns: job_partition string - one row per edge
// access:  write
UNWIND $fills AS x
MATCH (jp:JobPartition {id: x.job_partition})
MERGE (p:Partition {id: x.partition})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
MERGE (jp)-[:FILLS]->(p)
SET jp.wiring = x.wiring, jp.special = x.special
RETURN jp.id AS job_partition
