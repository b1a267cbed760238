// name:    verify.overlapping_attempts
// purpose: Attempts of one job partition that were under way at the same time.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (jp:JobPartition)-[:HAS_RUN]->(r:Run)-[:HAS_ATTEMPT]->(a:Attempt)
MATCH (jp)-[:HAS_RUN]->(s:Run)-[:HAS_ATTEMPT]->(b:Attempt)
WHERE a.id < b.id AND a.started_at < b.ended_at AND b.started_at < a.ended_at
RETURN a.id AS subject, 'was under way at the same time as ' + b.id AS message
LIMIT $most
