// name:    impact.cadence
// purpose: When some jobs last ran completely as others observed it, to tell how often they do.
// param:   jobs list of string
// param:   most integer - how many runs of each
// returns: job string, at list of datetime - the newest first; one row each
// access:  read
UNWIND $jobs AS id
RETURN id AS job, COLLECT {
    MATCH (r:ObservedRun)
    WHERE r.job = id AND r.complete_at > datetime('0001-01-01T00:00:00Z')
    WITH r ORDER BY r.job DESC, r.complete_at DESC LIMIT $most
    RETURN r.complete_at
  } AS at
