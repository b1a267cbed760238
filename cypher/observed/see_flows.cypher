// name:    observed.see_flows
// purpose: Datasets that jobs were seen to read and to make. What was seen before is widened: first, last, last complete.
// param:   inputs list of map {id, name, job, first, last, complete_at} - name is the id of a dataset's name; first and last are null where only the completeness is new
// param:   outputs list of map {id, name, job, first, last, complete_at}
// param:   source string
// param:   now datetime
// param:   forever datetime
// returns: concerns list of string - one row: the parts (ROLE/id of the name) that are declared, of outputs those that others are trusted to publish
// access:  write
CALL () {
  UNWIND $inputs AS x
  MATCH (:DatasetName {id: x.name})-[:NAMES]->(d:Dataset)
  MATCH (j:Job {id: x.job})
  MERGE (d)-[e:CONSUMED_BY {id: x.id}]->(j)
  ON CREATE SET e.source = $source, e.provenance = 'observed', e.named = x.name, e.stale = false, e.valid_from = x.first,
    e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
  FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
  FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
  FOREACH (_ IN CASE WHEN e.complete_at IS NULL OR x.complete_at > e.complete_at THEN [1] ELSE [] END | SET e.complete_at = x.complete_at)
  RETURN collect(CASE WHEN d.format IS NOT NULL OR EXISTS { MATCH (t:Dataset {id: d.entity}) WHERE t.format IS NOT NULL }
    THEN 'INPUT/' + x.name END) AS read
}
CALL () {
  UNWIND $outputs AS x
  MATCH (:DatasetName {id: x.name})-[:NAMES]->(d:Dataset)
  MATCH (j:Job {id: x.job})
  MERGE (j)-[e:PRODUCES {id: x.id}]->(d)
  ON CREATE SET e.source = $source, e.provenance = 'observed', e.named = x.name, e.stale = false, e.valid_from = x.first,
    e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
  FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
  FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
  FOREACH (_ IN CASE WHEN e.complete_at IS NULL OR x.complete_at > e.complete_at THEN [1] ELSE [] END | SET e.complete_at = x.complete_at)
  RETURN collect(CASE WHEN d.observed IS NOT NULL OR EXISTS { MATCH (t:Dataset {id: d.entity}) WHERE t.observed IS NOT NULL }
    THEN 'OUTPUT/' + x.name END) AS made
}
RETURN read + made AS concerns
