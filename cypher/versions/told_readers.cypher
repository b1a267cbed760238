// name:    versions.told_readers
// purpose: Who reads a version outside of what was made from it: the consumers of its dataset, by whatever name they know it, and the jobs with a run that read it.
// param:   version string
// returns: about string - ids of consumers and jobs, one row each
// access:  read
MATCH (v:DatasetVersion {id: $version})
WITH v, COLLECT {
  MATCH (:Dataset {id: v.dataset})-[e:CONSUMED_BY]->(c:Consumer)
  WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
  RETURN c.id
} AS consumers, COLLECT {
  MATCH (d:Dataset {id: v.dataset})
  WHERE d.entity IS NOT NULL
  MATCH (:Dataset {entity: d.entity})-[e:CONSUMED_BY]->(c:Consumer)
  WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
  RETURN c.id
} AS others, COLLECT {
  MATCH (v)-[:READ_BY]->(r:Run)
  WHERE r.kind = 'job'
  RETURN r.job
} AS jobs
UNWIND consumers + others + jobs AS about
RETURN DISTINCT about AS about
