// name:    observed.silent
// purpose: Runs of others without an end, of which something says that they are over: a later run of their job is complete, the run they are a part of has ended, or nothing was heard of them for long. Streams and services never end.
// param:   silent_s integer - so many seconds are long
// param:   most integer
// returns: id string, heard string, later_id string, later string, part_of string - one row each; later, part_of: what clients call these runs, null where that is not what says so
// access:  read
MATCH (r:ObservedRun)
WHERE r.open = 1
OPTIONAL MATCH (p:ObservedRun {id: r.parent})
WHERE p.ended_at >= r.heard
WITH r, p, head(COLLECT {
  MATCH (o:ObservedRun {job: r.job})
  WHERE o.complete_at > r.heard AND coalesce(o.started_at, o.first) > r.heard
    AND (o.nominal IS NULL OR r.nominal IS NULL OR o.nominal > r.nominal)
  RETURN o.id ORDER BY o.complete_at LIMIT 1
}) AS later
WHERE later IS NOT NULL OR p IS NOT NULL OR r.heard < datetime.realtime() - duration({seconds: $silent_s})
MATCH (j:Job {id: r.job})
WHERE NOT coalesce(j.facets, '') CONTAINS '"processingType": "STREAMING"'
  AND NOT coalesce(j.facets, '') CONTAINS '"processingType": "SERVICE"'
OPTIONAL MATCH (o:ObservedRun {id: later})
RETURN r.id AS id, toString(r.heard) AS heard, o.id AS later_id, o.run AS later, p.run AS part_of
LIMIT $most
