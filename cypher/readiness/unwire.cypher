// name:    readiness.unwire
// purpose: Takes away what job partitions waited for under an older job definition.
// param:   ids list of string - job partition ids
// returns: id string - one row per edge removed
// access:  write
UNWIND $ids AS id
MATCH (:Partition)-[n:NEEDED_BY]->(jp:JobPartition {id: id})
DELETE n
RETURN jp.id AS id
