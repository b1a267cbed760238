// name:    estate.shapes_of_jobs
// purpose: The columns that decide the rows of what jobs make, found from the datasets that each ever made.
// param:   ids list of string - ids of jobs
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map - one row per open edge, some perhaps twice
// access:  read
UNWIND $ids AS id
MATCH (:Job {id: id})-[:PRODUCES]->(d:Dataset)
MATCH (from:Field)-[e:SHAPES {job: id}]->(d)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, from.id AS source, d.id AS target, e {.provenance, .job} AS properties
