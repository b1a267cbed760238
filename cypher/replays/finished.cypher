// name:    replays.finished
// purpose: Open replays without an open step.
// param:   most integer
// returns: id string, version string, columns list of string - one row each
// access:  read
MATCH (x:Replay)
WHERE x.open = 1 AND x.origin IS NULL AND NOT EXISTS { MATCH (s:ReplayStep {replay: x.id}) WHERE s.open = 1 }
RETURN x.id AS id, x.version AS version, x.columns AS columns
ORDER BY id LIMIT $most
