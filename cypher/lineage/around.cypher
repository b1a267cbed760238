// name:    lineage.around
// purpose: What jobs read and make, as it was true at one moment, and the jobs around them: those that share a dataset with one of them, at whatever moment.
// param:   ids list of string - the frontier: jobs
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: jobs list, next list - one row: a list [id, inputs, outputs, stale inputs, stale outputs] for each job of the frontier, with ids of datasets, each as often as evidence says it; and ids of jobs, of which some may share nothing now
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
      RETURN d.id
    },
    COLLECT {
      MATCH (j)-[e:PRODUCES]->(d:Dataset)
      WHERE e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
      RETURN d.id
    },
    COLLECT {
      MATCH (j)<-[e:CONSUMED_BY]-(d:Dataset)
      WHERE e.stale AND e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
      RETURN d.id
    },
    COLLECT {
      MATCH (j)-[e:PRODUCES]->(d:Dataset)
      WHERE e.stale AND e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
      RETURN d.id
    }]) AS jobs
}
CALL (frontier) {
  UNWIND frontier AS j
  MATCH (j)-[:CONSUMED_BY|PRODUCES]-(d:Dataset)
  WITH DISTINCT d
  MATCH (d)-[:CONSUMED_BY|PRODUCES]-(k:Job)
  WITH DISTINCT k
  RETURN collect(k.id) AS next
}
RETURN jobs, next
