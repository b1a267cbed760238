// name:    deadlines.inputs
// purpose: What the jobs that are run here read.
// returns: rows list of [job, dataset, mapping, required, reruns boolean - what comes later makes a run, terms string or null] - one row
// access:  read
WITH datetime.realtime() AS now
MATCH (d:Dataset)-[i:CONSUMED_BY]->(j:Job)
WHERE i.valid_to > now AND i.source STARTS WITH 'estate:' AND j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect([j.id, d.id, i.mapping, i.required, coalesce(i.correction = 'rerun', false), i.terms]) AS rows
