// name:    deadlines.outputs
// purpose: What the jobs that are run here make.
// returns: jobs, datasets list of string - one row; both have a place for each output
// access:  read
WITH datetime.realtime() AS now
MATCH (j:Job)-[o:PRODUCES]->(d:Dataset)
WHERE o.valid_to > now AND o.source STARTS WITH 'estate:' AND j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect(j.id) AS jobs, collect(d.id) AS datasets
