// name:    observed.set_aside
// purpose: Takes a good version from its readers because of what was said of the run that wrote it; others of the same content stay. What it confirmed is as of its own time again, and finds its place anew. Only after the lock of the partition.
// param:   version string
// param:   by string
// param:   reason string
// returns: id string - no row: it was not good
// access:  write
MATCH (v:DatasetVersion {id: $version})
WHERE v.state IN ['PUBLISHED', 'SUPERSEDED']
MATCH (p:Partition {id: v.partition})
OPTIONAL MATCH (p)-[c:CURRENT]->(o:DatasetVersion)
WHERE o.id = v.id OR o.confirmed_by = v.id
DELETE c
FOREACH (x IN CASE WHEN o IS NULL THEN [] ELSE [o] END | SET x.state = 'SUPERSEDED' REMOVE x.confirmed_time, x.confirmed_by)
SET v.state = 'QUARANTINED', v.reason = 'withdrawn: ' + $reason, v.quarantined_by = $by, v.quarantined_with = v.id, v.withheld = 1,
  v.withdrawn = 1, p.evaluate = datetime.realtime()
REMOVE v.aging, v.replaced_at
RETURN v.id AS id
