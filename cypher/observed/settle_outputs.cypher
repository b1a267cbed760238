// name:    observed.settle_outputs
// purpose: What follows from what jobs say of their outputs: which inputs go into which output, and whether the jobs are known by column.
// param:   jobs list of map {id, properties}
// param:   outputs list of map {id, job, made_from} - id of the edge; made_from: ids of names of what goes into it, null for every input of the job
// returns: changed integer - one row
// access:  write
CALL () {
  UNWIND $jobs AS x
  MATCH (j:Job {id: x.id})
  SET j += x.properties
  RETURN count(*) AS jobs
}
CALL () {
  UNWIND $outputs AS x
  MATCH (j:Job {id: x.job})-[e:PRODUCES {id: x.id}]->(:Dataset)
  SET e.made_from = x.made_from
  RETURN count(*) AS outputs
}
RETURN jobs + outputs AS changed
