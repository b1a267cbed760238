// name:    deadlines.controls
// purpose: Which jobs wait for the end of which others, without data.
// returns: rows list of [job, before string - the job that it waits for, mapping, state] - one row
// access:  read
MATCH (b:Job)-[f:FOLLOWED_BY]->(j:Job)
WHERE f.valid_to > datetime.realtime() AND j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect([j.id, b.id, f.mapping, f.state]) AS rows
