// name:    runs.unswept
// purpose: Attempts that ended without success so long ago that nobody can be at work in their places any more.
// param:   grace_ms integer - since the end of the attempt
// param:   most integer
// returns: id string - of the run, fence integer, attempt integer, losses integer - oldest first
// access:  read
MATCH (a:Attempt)
WHERE a.unswept = 1 AND a.ended_at < datetime.realtime() - duration({milliseconds: $grace_ms})
MATCH (r:Run)-[:HAS_ATTEMPT]->(a)
RETURN r.id AS id, a.number AS fence, r.attempts AS attempt, r.losses AS losses
ORDER BY a.ended_at LIMIT $most
