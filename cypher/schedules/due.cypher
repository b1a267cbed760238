// name:    schedules.due
// purpose: Schedules that want a look by now, the longest waiting first.
// param:   most integer
// returns: id string - none when nothing is due
// access:  read
MATCH (s:Schedule)
WHERE s.look_at <= datetime.realtime()
RETURN s.id AS id
ORDER BY s.look_at LIMIT $most
