// name:    readiness.unmark
// purpose: Takes away marks that were evaluated; one that was set anew meanwhile stays, even by a commit that came after its own moment. Locks before it looks.
// param:   marks list of map {id: of the partition, mark: as it was read} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $marks AS x
MATCH (p:Partition {id: x.id})
SET p._lock = $token
WITH p, x
WHERE toString(p.evaluate) = x.mark
REMOVE p.evaluate
RETURN p.id AS id
