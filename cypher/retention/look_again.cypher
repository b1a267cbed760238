// name:    retention.look_again
// purpose: When partitions want the next look, or never; a mark that was set anew meanwhile stays. Locks before it looks.
// param:   marks list of map {id: of the partition, mark: as it was read, next: datetime or null} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $marks AS x
MATCH (p:Partition {id: x.id})
SET p._lock = $token
WITH p, x
WHERE toString(p.expire_at) = x.mark
FOREACH (never IN CASE WHEN x.next IS NULL THEN [1] ELSE [] END | REMOVE p.expire_at)
FOREACH (later IN CASE WHEN x.next IS NULL THEN [] ELSE [1] END | SET p.expire_at = x.next)
RETURN p.id AS id
