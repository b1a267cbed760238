// name:    verify.left_behind
// purpose: What two sweeps should have mended: runs under an expired lease, marks that nobody evaluated or worked off.
// param:   patience_ms integer - two sweeps
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'RUNNING' AND NOT EXISTS {
  MATCH (w:Worker {id: r.owner}) WHERE w.lease_until > datetime.realtime() - duration({milliseconds: $patience_ms})
}
RETURN r.id AS subject, 'is RUNNING, but the lease of ' + r.owner + ' has run out' AS message
LIMIT $most
UNION ALL
MATCH (p:Partition)
WHERE p.evaluate IS NOT NULL AND p.evaluate < datetime.realtime() - duration({milliseconds: $patience_ms})
RETURN p.id AS subject, 'partition ' + p.key + ' is marked for evaluation and nobody evaluated it' AS message
LIMIT $most
UNION ALL
MATCH (r:ObservedRun)
WHERE r.publish IS NOT NULL AND r.publish < datetime.realtime() - duration({milliseconds: $patience_ms})
RETURN r.id AS subject, 'run ' + r.run + ' is complete and nobody published what it wrote' AS message
LIMIT $most
