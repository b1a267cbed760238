// name:    replays.cancel_steps
// purpose: Nothing more is done for the open steps of a replay. Only after its lock.
// param:   replay string
// param:   why string
// returns: id string, run string or null - one row per step that was open
// access:  write
MATCH (s:ReplayStep {replay: $replay})
WHERE s.open = 1
SET s.state = 'CANCELLED', s.why = $why, s.ended_at = datetime.realtime()
REMOVE s.open
RETURN s.id AS id, s.run AS run
