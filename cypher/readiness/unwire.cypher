// name:    readiness.unwire
// purpose: Takes away what job partitions waited for and filled under an older declaration.
// param:   ids list of string - job partition ids
// returns: id string - one row per edge removed
// access:  write
UNWIND $ids AS id
MATCH (jp:JobPartition {id: id})-[e:NEEDED_BY|FILLS]-(:Partition)
DELETE e
RETURN jp.id AS id
