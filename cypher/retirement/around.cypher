// name:    retirement.around
// purpose: The jobs that make some datasets, with all that they read and make now, and whoever else reads or makes these.
// param:   datasets list of string - ids
// returns: dataset, job, namespace, name, technical boolean, outputs list of string, inputs list of string - ids of datasets - one row per dataset and job that makes it
// access:  read
UNWIND $datasets AS id
MATCH (:Dataset {id: id})<-[p:PRODUCES]-(j:Job)
WHERE p.valid_to > datetime.realtime() AND p.retracted_at > datetime.realtime() AND j.retired_at IS NULL
RETURN id AS dataset, j.id AS job, j.namespace AS namespace, j.name AS name, coalesce(j.technical, false) AS technical,
  COLLECT { MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.valid_to > datetime.realtime() AND o.retracted_at > datetime.realtime() RETURN d.id } AS outputs,
  COLLECT { MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.valid_to > datetime.realtime() AND i.retracted_at > datetime.realtime() RETURN d.id } AS inputs
