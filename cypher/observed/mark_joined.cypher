// name:    observed.mark_joined
// purpose: Leaves the mark on the complete runs that read or wrote datasets which have become one with a declared one by what others said. What an estate declares counts from then on.
// param:   most integer - datasets
// returns: id string - one row per dataset that was looked at
// access:  write
MATCH (d:Dataset)
WHERE d.joined = 1
WITH d LIMIT $most
REMOVE d.joined
WITH d
CALL (d) {
  MATCH (t:Dataset {id: coalesce(d.entity, d.id)})
  WHERE t.format IS NOT NULL AND EXISTS { MATCH (d)-[e:SAME_AS]-(:Dataset) WHERE e.kind <> 'declared' AND e.held IS NULL }
  MATCH (n:DatasetName)-[:NAMES]->(d)
  MATCH (d)-[:CONSUMED_BY|PRODUCES]-(j:Job)
  MATCH (r:ObservedRun {job: j.id})
  WHERE r.complete_at IS NOT NULL AND r.publish IS NULL AND (n.id IN r.outputs OR n.id IN r.inputs)
  SET r.publish = datetime.realtime()
  RETURN count(*) AS marked
}
RETURN d.id AS id
