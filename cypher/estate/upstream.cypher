// name:    estate.upstream
// purpose: One step upstream from datasets, over the jobs that make them, as it is now.
// param:   ids list of string - dataset ids
// returns: dataset string, job_namespace string, job_name string, input string, input_namespace string, input_name string - one row per job and input
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
MATCH (d)<-[p:PRODUCES]-(j:Job)
MATCH (j)<-[c:CONSUMED_BY]-(u:Dataset)
WHERE p.provenance = 'declared' AND p.valid_to > datetime.realtime()
  AND c.mapping IS NOT NULL AND c.valid_to > datetime.realtime()
RETURN id AS dataset, j.namespace AS job_namespace, j.name AS job_name, u.id AS input,
  u.namespace AS input_namespace, u.name AS input_name
