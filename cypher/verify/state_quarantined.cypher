// name:    verify.state_quarantined
// purpose: For the hash of the state: the reported versions that were set aside. What a run wrote has an id of that run's own; what was withdrawn would not be there, had everything been known at once.
// returns: version string, reason string - one row each, unordered
// access:  read
MATCH (v:DatasetVersion)
WHERE v.state = 'QUARANTINED' AND v.withdrawn IS NULL AND NOT EXISTS { MATCH (:Run)-[:WROTE]->(v) }
RETURN v.id AS version, v.reason AS reason
