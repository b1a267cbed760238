// name:    listing.job_facts
// purpose: What is known of some jobs in short, for lists of them: names, moments in microseconds, and their newest runs, ours and observed ones.
// param:   ids list of string - of jobs
// param:   most integer - how many runs of each kind
// returns: jobs list - one row, with a list for each job that exists: [id, namespace, name, kind, description, definition_hash, retired, facets (JSON or null), first seen, last seen (both null for never), runs]; a run is [id, its client's id or null, state or null, facets (JSON or null), created, started, ended]
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
OPTIONAL MATCH (j)-[e:CONSUMED_BY|PRODUCES]-()
WITH j, min(e.valid_from) AS first, max(e.last_seen) AS last
// The order is written so that the index gives it: a job may have any number of runs (decision 44 says why it is named).
WITH [j.id, j.namespace, j.name, j.kind, j.description, j.definition_hash, j.retired_at IS NOT NULL, j.facets,
  datetime(first).epochSeconds * 1000000 + datetime(first).microsecond, datetime(last).epochSeconds * 1000000 + datetime(last).microsecond,
  COLLECT {
    MATCH (r:ObservedRun)
    USING INDEX r:ObservedRun(job, first)
    WHERE r.job = j.id AND r.first > datetime('0001-01-01T00:00:00Z')
    WITH r ORDER BY r.job DESC, r.first DESC LIMIT $most
    RETURN [r.id, r.run, r.state, r.facets, datetime(r.first).epochSeconds * 1000000 + datetime(r.first).microsecond,
      datetime(r.started_at).epochSeconds * 1000000 + datetime(r.started_at).microsecond, datetime(r.ended_at).epochSeconds * 1000000 + datetime(r.ended_at).microsecond]
  } + CASE WHEN j.definition_hash IS NULL THEN [] ELSE COLLECT {
    MATCH (r:Run)
    USING INDEX r:Run(job, created_at)
    WHERE r.job = j.id AND r.created_at > datetime('0001-01-01T00:00:00Z')
    WITH r ORDER BY r.job DESC, r.created_at DESC LIMIT $most
    RETURN [r.id, null, r.state, null, datetime(r.created_at).epochSeconds * 1000000 + datetime(r.created_at).microsecond,
      datetime(r.started_at).epochSeconds * 1000000 + datetime(r.started_at).microsecond, datetime(r.ended_at).epochSeconds * 1000000 + datetime(r.ended_at).microsecond]
  } END] AS facts
// One record for all: a record for each would cost the driver more than its content.
RETURN collect(facts) AS jobs
