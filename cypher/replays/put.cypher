// name:    replays.put
// purpose: Orders a replay. Only after the lock of the partition of its version.
// param:   replay map {id, version, columns: list of string, by, reason}
// returns: id string - one row
// access:  write
MERGE (x:Replay {id: $replay.id})
ON CREATE SET x.version = $replay.version, x.columns = $replay.columns, x.by = $replay.by, x.reason = $replay.reason,
  x.state = 'OPEN', x.open = 1, x.created_at = datetime.realtime()
RETURN x.id AS id
