// name:    estate.feeds_of_jobs
// purpose: The column flows of jobs, found from the datasets that each ever made.
// param:   ids list of string - ids of jobs
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
MATCH (j)-[:PRODUCES]->(d:Dataset)
WITH DISTINCT id, d
MATCH (to:Field {dataset: d.id})
MATCH (to)<-[e:FEEDS]-(from:Field)
WHERE e.job = id AND e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, from.id AS source, to.id AS target, e {.provenance, .job, .kind, .transformation} AS properties
