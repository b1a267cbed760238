// name:    replays.inputs
// purpose: What some job partitions wait for, as they are wired, and what is there now.
// param:   job_partitions list of string
// returns: job_partition string, partition string, dataset string, namespace string, name string, key string, required boolean, triggers boolean, asks boolean, expired boolean, version string or null - one row per input
// access:  read
UNWIND $job_partitions AS id
MATCH (p:Partition)-[n:NEEDED_BY]->(jp:JobPartition {id: id})
OPTIONAL MATCH (p)-[:CURRENT]->(v:DatasetVersion)
OPTIONAL MATCH (d:Dataset {id: p.dataset})
RETURN jp.id AS job_partition, p.id AS partition, p.dataset AS dataset, d.namespace AS namespace, d.name AS name, p.key AS key,
  n.required AS required, n.triggers AS triggers, coalesce(n.asks, false) AS asks, p.expired IS NOT NULL AS expired,
  v.id AS version
