// name:    deadlines.record
// purpose: What became of deadlines. Only after the lock.
// param:   deadlines list of map {id, state, ends: datetime or null, reason} - ends: when everything was or will likely be there
// returns: id string - one row each
// access:  write
UNWIND $deadlines AS x
MATCH (d:Deadline {id: x.id})
SET d.state = x.state, d.ends_at = x.ends, d.reason = x.reason, d.recorded_at = datetime.realtime()
FOREACH (_ IN CASE WHEN x.state = 'PREDICTED' AND d.predicted_at IS NULL THEN [1] ELSE [] END |
  SET d.predicted_at = datetime.realtime())
RETURN d.id AS id
