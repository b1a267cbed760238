// name:    estate.outputs_of_jobs
// purpose: What jobs are declared to make.
// param:   ids list of string - ids of jobs
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
MATCH (j)-[e:PRODUCES]->(d:Dataset)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, j.id AS source, d.id AS target, e {.provenance} AS properties,
  d.namespace + '/' + d.name AS label
