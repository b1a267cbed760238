// name:    retirement.read_by_others
// purpose: The jobs of others whose runs read some datasets, in partitions that they named.
// param:   datasets list of string - ids
// returns: dataset, reader - id of the job, namespace, name, first datetime, last datetime, reads integer, retired_at or null - one row per dataset and job
// access:  read
UNWIND $datasets AS id
MATCH (:Partition {dataset: id})-[:READ_BY]->(r:ObservedRun)
WITH id, r.job AS job, min(coalesce(r.started_at, r.first)) AS first, max(coalesce(r.started_at, r.first)) AS last,
  count(DISTINCT r) AS reads
MATCH (j:Job {id: job})
RETURN id AS dataset, job AS reader, j.namespace AS namespace, j.name AS name, first, last, reads, j.retired_at AS retired_at
