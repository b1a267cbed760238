// name:    emitting.versions
// purpose: The dataset, schema and metrics of some versions.
// param:   ids list of string
// returns: id, dataset - id; schema - id, or null where it was never read; metrics - JSON or null; one row for each that exists
// access:  read
UNWIND $ids AS id
MATCH (v:DatasetVersion {id: id})
OPTIONAL MATCH (v)-[:WITH_SCHEMA]->(s:SchemaVersion)
RETURN v.id AS id, v.dataset AS dataset, v.metrics AS metrics, max(s.id) AS schema
