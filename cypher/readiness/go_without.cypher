// name:    readiness.go_without
// purpose: Partitions that nobody waits for any more: readers go without them, as long as nothing is there. Leaves the mark that readiness is to be evaluated again.
// param:   partitions list of map {id, dataset, key, why} - sorted by id; why: by whom and why, in one sentence
// returns: id string - one row each
// access:  write
UNWIND $partitions AS x
MERGE (p:Partition {id: x.id})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
SET p.skipped = x.why, p.evaluate = datetime.realtime()
RETURN p.id AS id
