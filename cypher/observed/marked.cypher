// name:    observed.marked
// purpose: Complete runs of others with the mark that what they read and wrote is to be looked at, oldest mark first.
// param:   grace_ms integer - only marks older than this: a younger one is being looked at by who left it
// param:   most integer
// returns: id string - none when nothing is marked
// access:  read
MATCH (r:ObservedRun)
WHERE r.publish IS NOT NULL AND r.publish < datetime.realtime() - duration({milliseconds: $grace_ms})
RETURN r.id AS id
ORDER BY r.publish LIMIT $most
