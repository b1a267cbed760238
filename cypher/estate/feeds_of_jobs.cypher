// name:    estate.feeds_of_jobs
// purpose: The column flows of jobs, found from the datasets that each ever made.
// param:   ids list of string - ids of jobs
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map - one row per open edge, some perhaps twice
// access:  read
UNWIND $ids AS id
MATCH (:Job {id: id})-[:PRODUCES]->(d:Dataset)
MATCH (from:Field)-[e:FEEDS {job: id}]->(to:Field {dataset: d.id})
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, from.id AS source, to.id AS target, e {.provenance, .job, .kind} AS properties
