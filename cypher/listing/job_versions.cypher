// name:    listing.job_versions
// purpose: The ways in which a job was seen to run: one for each set of inputs and outputs of its complete runs, and one for each definition.
// param:   job string - its id
// returns: inputs list, outputs list - sorted ids of datasets; definition string or null, since integer, run string - the id of the newest run so, at integer - one row each, moments in microseconds
// access:  read
CALL () {
  MATCH (r:ObservedRun {job: $job})
  WHERE r.complete_at IS NOT NULL
  WITH r ORDER BY r.complete_at DESC, r.id
  WITH r.inputs AS read, r.outputs AS made, collect(r) AS runs
  WITH read, made, runs[0] AS newest, runs[size(runs) - 1] AS oldest
  RETURN COLLECT { UNWIND coalesce(read, []) AS x MATCH (:DatasetName {id: x})-[:NAMES]->(d:Dataset) RETURN DISTINCT coalesce(d.entity, d.id) AS id ORDER BY id } AS inputs,
    COLLECT { UNWIND coalesce(made, []) AS x MATCH (:DatasetName {id: x})-[:NAMES]->(d:Dataset) RETURN DISTINCT coalesce(d.entity, d.id) AS id ORDER BY id } AS outputs,
    null AS definition, oldest.complete_at AS since, newest.id AS run, newest.complete_at AS at
  UNION ALL
  MATCH (r:Run {job: $job})
  WHERE r.kind = 'job' AND r.definition_hash IS NOT NULL
  WITH r ORDER BY r.created_at DESC, r.id
  WITH r.definition_hash AS definition, collect(r) AS runs
  RETURN [] AS inputs, [] AS outputs, definition, runs[size(runs) - 1].created_at AS since, runs[0].id AS run, runs[0].created_at AS at
}
RETURN inputs, outputs, definition, datetime(since).epochSeconds * 1000000 + datetime(since).microsecond AS since, run,
  datetime(at).epochSeconds * 1000000 + datetime(at).microsecond AS at
ORDER BY at DESC, run
