// name:    versions.waiting_readers
// purpose: Runs that wait and read a version: a ring for them may be heard now.
// param:   version string
// returns: id string - most urgent first
// access:  read
MATCH (:DatasetVersion {id: $version})-[:READ_BY]->(r:Run)
WHERE r.open = 1 AND r.state = 'READY'
RETURN r.id AS id
ORDER BY r.priority DESC, r.created_at
