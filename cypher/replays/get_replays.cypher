// name:    replays.get_replays
// purpose: Some replays by their ids.
// param:   ids list of string
// returns: id, version, columns list, state, by, reason, created_at, ended_at or null - one row each
// access:  read
UNWIND $ids AS id
MATCH (x:Replay {id: id})
WHERE x.origin IS NULL
RETURN x.id AS id, x.version AS version, x.columns AS columns, x.state AS state, x.by AS by, x.reason AS reason,
  x.created_at AS created_at, x.ended_at AS ended_at
