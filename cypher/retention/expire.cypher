// name:    retention.expire
// purpose: Versions that nothing keeps any more: no reader gets them from now on, and a sweep may delete their data. Only after the lock of their partition.
// param:   versions list of string
// param:   reason string
// returns: id string, was_current boolean - one row each
// access:  write
UNWIND $versions AS id
MATCH (p:Partition)-[:HAS_VERSION]->(v:DatasetVersion {id: id})
OPTIONAL MATCH (p)-[c:CURRENT]->(v)
WITH p, v, c, c IS NOT NULL AS was_current
DELETE c
SET v.state = 'EXPIRED', v.reason = $reason, v.expired = 1, v.expired_at = datetime.realtime()
REMOVE v.aging
FOREACH (gone IN CASE WHEN was_current THEN [p] ELSE [] END | SET gone.expired = 1)
RETURN v.id AS id, was_current
