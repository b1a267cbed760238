// name:    estate.inputs_of_jobs
// purpose: What jobs are declared to read.
// param:   ids list of string - ids of jobs
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
MATCH (j)<-[e:CONSUMED_BY]-(d:Dataset)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, d.id AS source, j.id AS target, e {.provenance, .mapping, .required, .correction, .by, .terms} AS properties,
  d.namespace + '/' + d.name AS label
