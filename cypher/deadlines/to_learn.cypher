// name:    deadlines.to_learn
// purpose: Jobs, and datasets that no job makes, whose history is to be looked at: those never looked at, and those whose turn it is.
// param:   most integer - how many
// returns: id string, is_job boolean, every string, start string, details string, not_before string or null - none when all are up to date
// access:  read
MATCH (j:Job)
WHERE j.definition IS NOT NULL AND j.retired_at IS NULL
  AND NOT EXISTS { MATCH (t:Timing {id: j.id}) WHERE t.look_at > datetime.realtime() }
RETURN j.id AS id, true AS is_job, j.partition_every AS every, j.partition_from AS start, j.partition_details AS details,
  j.not_before AS not_before
LIMIT $most
UNION ALL
MATCH (d:Dataset)
WHERE d.partition_every IS NOT NULL AND d.retired_at IS NULL
  AND NOT EXISTS { MATCH (t:Timing {id: d.id}) WHERE t.look_at > datetime.realtime() }
  AND NOT EXISTS { MATCH (j:Job)-[e:PRODUCES]->(d) WHERE e.valid_to > datetime.realtime() AND e.source STARTS WITH 'estate:' }
RETURN d.id AS id, false AS is_job, d.partition_every AS every, d.partition_from AS start, d.partition_details AS details,
  null AS not_before
LIMIT $most
