// name:    deadlines.remember
// purpose: What was learned of jobs and datasets, in place of what was known, and when each is to be looked at again.
// param:   timings list of map {id, known: map of {KIND_OF_DAY or waits: text, as `spread.written` writes it}, again_s: integer}
// returns: id string - one row each
// access:  write
UNWIND $timings AS x
MERGE (t:Timing {id: x.id})
SET t = x.known
SET t.id = x.id, t.look_at = datetime.realtime() + duration({seconds: x.again_s})
RETURN t.id AS id
