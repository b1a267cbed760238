// name:    deadlines.inputs
// purpose: What the jobs that are run here read.
// returns: jobs, datasets, mappings list of string, required list of boolean, reruns list of boolean - what comes later makes a run, terms list of string - empty where an input has none - one row; all have a place for each input
// access:  read
WITH datetime.realtime() AS now
MATCH (d:Dataset)-[i:CONSUMED_BY]->(j:Job)
WHERE i.valid_to > now AND i.source STARTS WITH 'estate:' AND j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect(j.id) AS jobs, collect(d.id) AS datasets, collect(coalesce(i.mapping, '')) AS mappings,
  collect(coalesce(i.required, false)) AS required, collect(coalesce(i.correction = 'rerun', false)) AS reruns,
  collect(coalesce(i.terms, '')) AS terms
