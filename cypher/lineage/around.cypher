// name:    lineage.around
// purpose: What jobs read and make, as it was true at one moment, and the jobs around them: those that share a dataset with one of them, at whatever moment.
// param:   ids list of string - the frontier: jobs
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: jobs list, next list, entities list - one row: a list [id, inputs, outputs] for each job of the frontier, with ids of datasets (of those that are one, the id of the one that stands for all), each as often as evidence says it, and in a list of its own where that is stale; ids of jobs, of which some may share nothing now; and the datasets touched that stand for several, whose jobs are not among these
// access:  read
WITH coalesce($known, datetime.realtime()) AS known
WITH known, CASE WHEN $at < known THEN $at ELSE known END AS until
CALL (known, until) {
  UNWIND $ids AS id
  MATCH (j:Job {id: id})
  RETURN collect(j) AS frontier, collect([id,
    COLLECT {
      MATCH (j)<-[e:CONSUMED_BY]-(d:Dataset)
      WHERE e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
      RETURN CASE WHEN e.stale THEN [coalesce(d.entity, d.id)] ELSE coalesce(d.entity, d.id) END
    },
    COLLECT {
      MATCH (j)-[e:PRODUCES]->(d:Dataset)
      WHERE e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
      RETURN CASE WHEN e.stale THEN [coalesce(d.entity, d.id)] ELSE coalesce(d.entity, d.id) END
    }]) AS jobs
}
CALL (frontier) {
  UNWIND frontier AS j
  MATCH (j)-[:CONSUMED_BY|PRODUCES]-(d:Dataset)
  RETURN collect(DISTINCT d) AS touched
}
CALL (touched) {
  UNWIND touched AS d
  MATCH (d)-[:CONSUMED_BY|PRODUCES]-(k:Job)
  WITH DISTINCT k
  RETURN collect(k.id) AS next
}
CALL (touched) {
  UNWIND touched AS d
  RETURN collect(DISTINCT d.entity) AS entities
}
RETURN jobs, next, entities
