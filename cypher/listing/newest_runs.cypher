// name:    listing.newest_runs
// purpose: The newest runs of each of some jobs, ours and observed ones.
// param:   jobs list of string - ids
// param:   most integer - how many of each
// returns: jobs list - one row, with a list for each job: [its id, its runs, the newest first]; a run is [id, its client's id or null, state or null, facets (JSON or null), created, started, ended], moments in microseconds
// access:  read
UNWIND $jobs AS job_id
WITH job_id,
  COLLECT {
    MATCH (r:ObservedRun {job: job_id})
    WITH r ORDER BY r.first DESC, r.id LIMIT $most
    RETURN [r.id, r.run, r.state, r.facets, r.first.epochSeconds * 1000000 + r.first.microsecond,
      r.started_at.epochSeconds * 1000000 + r.started_at.microsecond, r.ended_at.epochSeconds * 1000000 + r.ended_at.microsecond]
  } + COLLECT {
    MATCH (r:Run {job: job_id})
    WITH r ORDER BY r.created_at DESC, r.id LIMIT $most
    RETURN [r.id, null, r.state, null, r.created_at.epochSeconds * 1000000 + r.created_at.microsecond,
      r.started_at.epochSeconds * 1000000 + r.started_at.microsecond, r.ended_at.epochSeconds * 1000000 + r.ended_at.microsecond]
  } AS runs
RETURN collect([job_id, runs]) AS jobs
