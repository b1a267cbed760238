// name:    retirement.read_by_runs
// purpose: The jobs whose runs read some datasets, and since when and until when they did.
// param:   datasets list of string - ids
// returns: dataset, reader - id of the job, namespace, name, first datetime, last datetime, reads integer, retired_at or null - one row per dataset and job
// access:  read
UNWIND $datasets AS id
MATCH (:DatasetVersion {dataset: id})-[:READ_BY]->(r:Run)
WHERE r.kind = 'job' AND r.started_at IS NOT NULL
WITH id, r.job AS job, min(r.started_at) AS first, max(r.started_at) AS last, count(DISTINCT r) AS reads
MATCH (j:Job {id: job})
RETURN id AS dataset, job AS reader, j.namespace AS namespace, j.name AS name, first, last, reads, j.retired_at AS retired_at
