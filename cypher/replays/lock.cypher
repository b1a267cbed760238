// name:    replays.lock
// purpose: Locks a replay, then looks at it.
// param:   replay string
// param:   token string - fresh for each attempt
// returns: id, version, state, by, reason, is_open boolean, open_steps integer - no row: there is none
// access:  write
MATCH (x:Replay {id: $replay})
WHERE x.origin IS NULL
SET x._lock = $token
RETURN x.id AS id, x.version AS version, x.state AS state, x.by AS by, x.reason AS reason, x.open IS NOT NULL AS is_open,
  COUNT { MATCH (s:ReplayStep {replay: x.id}) WHERE s.open = 1 } AS open_steps
