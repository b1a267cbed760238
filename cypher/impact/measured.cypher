// name:    impact.measured
// purpose: What validation measured in the current version of each partition of some datasets.
// param:   ids list of string
// returns: dataset string, metrics string or null - JSON, rows integer or null; one row for each partition that has a current version
// access:  read
UNWIND $ids AS id
MATCH (:Partition {dataset: id})-[:CURRENT]->(v:DatasetVersion)
RETURN id AS dataset, v.metrics AS metrics, v.row_count AS rows
