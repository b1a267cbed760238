// name:    orders.set_steps
// purpose: What became of some steps. Only after their locks.
// param:   steps list of map {id, state, why, run: string or null - that it was given, over: boolean - it is not looked at any more}
// returns: id string - one row each
// access:  write
UNWIND $steps AS x
MATCH (s:ReplayStep {id: x.id})
SET s.state = x.state, s.why = x.why, s.run = coalesce(x.run, s.run)
FOREACH (_ IN CASE WHEN x.over THEN [1] ELSE [] END | SET s.ended_at = datetime.realtime() REMOVE s.open, s.line)
RETURN s.id AS id
