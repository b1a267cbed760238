// name:    replays.open_of
// purpose: The replay of a version that is not over. Only after the lock of its partition.
// param:   version string
// returns: id string, columns list of string - no row: there is none
// access:  read
MATCH (x:Replay {version: $version})
WHERE x.open = 1
RETURN x.id AS id, x.columns AS columns
ORDER BY x.created_at LIMIT 1
