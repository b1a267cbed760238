// name:    observed.doubtful
// purpose: Runs that were concluded to be lost not long ago, and should not have been, by what is known since: of the later run, or of the kind of job.
// param:   since_ms integer - so long ago at most
// param:   most integer
// returns: id string, types list - one row each
// access:  read
MATCH (r:ObservedRun)
WHERE r.lost_at > datetime.realtime() - duration({milliseconds: $since_ms})
MATCH (j:Job {id: r.job})
OPTIONAL MATCH (o:ObservedRun {id: r.lost_by})
WITH r, j, o
WHERE (o IS NOT NULL AND NOT (o.complete_at > r.heard AND coalesce(o.started_at, o.first) > r.heard
    AND (o.nominal IS NULL OR r.nominal IS NULL OR o.nominal > r.nominal)))
  OR coalesce(j.facets, '') CONTAINS '"processingType": "STREAMING"'
  OR coalesce(j.facets, '') CONTAINS '"processingType": "SERVICE"'
RETURN r.id AS id, r.types AS types
LIMIT $most
