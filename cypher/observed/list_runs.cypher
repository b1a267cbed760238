// name:    observed.list_runs
// purpose: One page of the runs of a job, of a dataset or of a run that others told of, the newest first. Those of which only their parts are known come last.
// param:   job string - id of the job; null: any, if a dataset or a parent is named
// param:   dataset string - id of a dataset that it read or made; null: any
// param:   parent string - id of a run that it is part of; null: any
// param:   state string - null: any
// param:   after string - id of the last run of the page before; null: the first page
// param:   limit integer
// returns: id string - in order
// access:  read
OPTIONAL MATCH (last:ObservedRun {id: $after})
WITH last.id AS last_id, coalesce(last.first, datetime('0001-01-01T00:00:00Z')) AS last_first
CALL () {
  MATCH (r:ObservedRun {job: $job})
  WHERE $dataset IS NULL AND $parent IS NULL
  RETURN r
  UNION
  MATCH (d:Dataset {id: $dataset})<-[:NAMES]-(n:DatasetName)
  WITH d, collect(n.id) AS names
  MATCH (d)-[:CONSUMED_BY|PRODUCES]-(j:Job)
  WHERE $job IS NULL OR j.id = $job
  WITH DISTINCT j, names
  MATCH (r:ObservedRun {job: j.id})
  WHERE $parent IS NULL AND any(name IN names WHERE name IN coalesce(r.inputs, []) OR name IN coalesce(r.outputs, []))
  RETURN r
  UNION
  MATCH (r:ObservedRun)-[:PART_OF]->(:ObservedRun {id: $parent})
  WHERE ($job IS NULL OR r.job = $job)
  RETURN r
}
WITH r, last_id, last_first, coalesce(r.first, datetime('0001-01-01T00:00:00Z')) AS first
WHERE ($state IS NULL OR r.state = $state)
  AND (last_id IS NULL OR first < last_first OR (first = last_first AND r.id < last_id))
RETURN r.id AS id
ORDER BY first DESC, id DESC
LIMIT $limit
