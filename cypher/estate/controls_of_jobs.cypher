// name:    estate.controls_of_jobs
// purpose: Which other jobs jobs are declared to wait for, without data.
// param:   ids list of string - ids of jobs
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
MATCH (j)<-[e:FOLLOWED_BY]-(b:Job)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, b.id AS source, j.id AS target, e {.provenance, .mapping, .state} AS properties,
  b.namespace + '/' + b.name AS label
