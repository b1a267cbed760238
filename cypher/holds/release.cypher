// name:    holds.release
// purpose: Ends a hold. Locks before it looks.
// param:   hold string - id
// param:   by string
// param:   token string - fresh for each attempt
// returns: id string, target string, effect string - no row: it is not held
// access:  write
MATCH (h:Hold {id: $hold})
SET h._lock = $token
WITH h WHERE h.open >= 1
SET h.released_at = datetime.realtime(), h.released_by = $by
REMOVE h.open
RETURN h.id AS id, h.target AS target, h.effect AS effect
