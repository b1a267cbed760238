// name:    versions.take_back
// purpose: Ends a quarantine that a person placed: the version, and what was set aside with it, are good again. Only after the lock of the partition.
// param:   version string
// returns: id string - one row each
// access:  write
MATCH (v:DatasetVersion {id: $version})
MATCH (p:Partition {id: v.partition})-[:HAS_VERSION]->(t:DatasetVersion)
WHERE t.state = 'QUARANTINED' AND (t.id = v.id OR t.quarantined_with = v.id)
SET t.state = 'SUPERSEDED', t.reason = 'released', t.aging = p.id, t.replaced_at = datetime.realtime()
REMOVE t.quarantined_by, t.quarantined_with, t.withheld
SET p.evaluate = datetime.realtime(), p.expire_at = datetime.realtime()
RETURN t.id AS id
