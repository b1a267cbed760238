// name:    estate.mark_partitions
// purpose: Asks for readiness to be evaluated again wherever a changed declaration may decide differently.
// param:   datasets list of string - dataset ids
// returns: id string - one row per partition marked
// access:  write
UNWIND $datasets AS dataset
MATCH (p:Partition {dataset: dataset})
SET p.evaluate = datetime.realtime()
RETURN p.id AS id
