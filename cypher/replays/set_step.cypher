// name:    replays.set_step
// purpose: What became of a step. Only after its lock.
// param:   step string
// param:   state string
// param:   why string
// param:   run string - that it was given; null: as before
// param:   over boolean - it is not looked at any more
// returns: id string - one row
// access:  write
MATCH (s:ReplayStep {id: $step})
SET s.state = $state, s.why = $why, s.run = coalesce($run, s.run)
FOREACH (_ IN CASE WHEN $over THEN [1] ELSE [] END | SET s.ended_at = datetime.realtime() REMOVE s.open)
RETURN s.id AS id
