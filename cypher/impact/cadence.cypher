// name:    impact.cadence
// purpose: When some jobs last ran completely as others observed it, to tell how often they do.
// param:   jobs list of string
// param:   most integer - how many runs of each
// returns: runs list of [job, at] - one row; `at` are the moments in ms, the newest first, of each job with three of them or more: fewer do not tell how often it runs
// access:  read
UNWIND $jobs AS id
WITH id, COLLECT {
    MATCH (r:ObservedRun)
    WHERE r.job = id AND r.complete_at > datetime('0001-01-01T00:00:00Z')
    WITH r ORDER BY r.job DESC, r.complete_at DESC LIMIT $most
    RETURN r.complete_at.epochMillis
  } AS at
WHERE size(at) > 2
RETURN collect([id, at]) AS runs
