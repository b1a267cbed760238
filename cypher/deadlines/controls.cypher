// name:    deadlines.controls
// purpose: Which jobs wait for the end of which others, without data.
// returns: jobs, before list of string - the job that each waits for, mappings, states list of string - one row; all have a place for each wait
// access:  read
MATCH (b:Job)-[f:FOLLOWED_BY]->(j:Job)
WHERE f.valid_to > datetime.realtime() AND j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect(j.id) AS jobs, collect(b.id) AS before, collect(coalesce(f.mapping, '')) AS mappings,
  collect(coalesce(f.state, '')) AS states
