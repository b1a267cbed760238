// name:    estate.mark_partitions
// purpose: Asks for readiness to be evaluated again, and for a look at what is kept, wherever a changed declaration may decide differently.
// param:   datasets list of string - dataset ids
// returns: id string - one row per partition marked
// access:  write
UNWIND $datasets AS dataset
MATCH (p:Partition {dataset: dataset})
SET p.evaluate = datetime.realtime(), p.expire_at = datetime.realtime()
RETURN p.id AS id
