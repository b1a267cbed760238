// name:    replays.list_replays
// purpose: What was ordered because a version was bad, the newest first; people order them, so they are few.
// param:   open_only boolean
// param:   limit integer
// returns: id string - in order
// access:  read
MATCH (x:Replay)
WHERE x.origin IS NULL AND (NOT $open_only OR x.open = 1)
RETURN x.id AS id ORDER BY x.created_at DESC, id LIMIT $limit
