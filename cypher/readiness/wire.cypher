// name:    readiness.wire
// purpose: Joins job partitions to the partitions they wait for.
// param:   needs list of map {job_partition, partition, dataset, key, required, triggers, asks, instead: true or null}
// returns: job_partition string - one row per edge
// access:  write
UNWIND $needs AS x
MATCH (jp:JobPartition {id: x.job_partition})
MERGE (p:Partition {id: x.partition})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
MERGE (p)-[n:NEEDED_BY]->(jp)
SET n.dataset = x.dataset, n.required = x.required, n.triggers = x.triggers, n.asks = x.asks,
  n.instead = x.instead
RETURN jp.id AS job_partition
