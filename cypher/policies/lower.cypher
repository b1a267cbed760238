// name:    policies.lower
// purpose: A pool gives less than it was declared with, or what it was declared with again. Locks before it looks: a claim under way comes first, and the next one sees it.
// param:   pool string - id
// param:   slots integer - null: what it was declared with
// param:   by string
// param:   reason string
// param:   token string - fresh for each attempt
// returns: id string, was integer, declared integer - was: how many slots it had; no row: no such pool
// access:  write
MATCH (p:Pool {id: $pool})
SET p._lock = $token
WITH p, CASE WHEN p.lowered < p.slots THEN p.lowered ELSE p.slots END AS was
WHERE p.retired_at IS NULL
SET p.lowered = $slots, p.lowered_by = CASE WHEN $slots IS NULL THEN NULL ELSE $by END,
  p.lowered_reason = CASE WHEN $slots IS NULL THEN NULL ELSE $reason END
RETURN p.id AS id, was, p.slots AS declared
