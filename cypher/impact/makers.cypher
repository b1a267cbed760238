// name:    impact.makers
// purpose: The jobs that make datasets now.
// param:   ids list of string - dataset ids
// returns: dataset string, namespace string, name string - one row per dataset and job, by name
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})<-[made:PRODUCES]-(j:Job)
WHERE made.valid_to > datetime.realtime()
RETURN DISTINCT id AS dataset, j.namespace AS namespace, j.name AS name
ORDER BY dataset, namespace, name
