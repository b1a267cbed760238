// name:    estate.upstream
// purpose: One step upstream from datasets, over the jobs that make them, as it is now.
// param:   ids list of string - dataset ids
// returns: dataset string, job_namespace string, job_name string, input string, input_namespace string, input_name string - one row per job and input
// access:  read
// Only what estates declare: a circle in what others say keeps no job of ours waiting.
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
MATCH (d)<-[p:PRODUCES]-(j:Job)
MATCH (j)<-[c:CONSUMED_BY]-(u:Dataset)
WHERE p.valid_to > datetime.realtime() AND c.valid_to > datetime.realtime()
  AND p.source STARTS WITH 'estate:' AND c.source STARTS WITH 'estate:'
RETURN id AS dataset, j.namespace AS job_namespace, j.name AS job_name, u.id AS input,
  u.namespace AS input_namespace, u.name AS input_name
