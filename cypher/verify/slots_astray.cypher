// name:    verify.slots_astray
// purpose: Runs that take slots though they do not go on, and runs that go on and are not counted with what their attempt took.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (r:Run)
WHERE r.taking = 1 AND r.state <> 'RUNNING'
RETURN r.id AS subject, 'takes slots, and is ' + r.state AS message
LIMIT $most
UNION ALL
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'RUNNING'
MATCH (a:Attempt {id: r.id + '/' + toString(r.fence)})
WHERE a.took IS NOT NULL AND a.ended_at IS NULL AND (r.taking IS NULL OR r.took IS NULL OR r.took <> a.took)
RETURN r.id AS subject, 'goes on and is not counted with the slots that its attempt took' AS message
LIMIT $most
