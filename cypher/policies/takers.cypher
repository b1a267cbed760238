// name:    policies.takers
// purpose: Which jobs take from which pools without naming them: as the job, by an owner, or by a dataset that they read or make.
// returns: pool string, job string - a row for each pair
// access:  read
MATCH (p:Pool)
WHERE p.retired_at IS NULL AND p.subject IS NOT NULL
CALL (p) {
  MATCH (j:Job {id: p.subject}) WHERE p.kind = 'job'
  RETURN j.id AS job
  UNION
  MATCH (j:Job)-[:OWNED_BY]->(:Owner {id: p.subject}) WHERE p.kind = 'owner'
  RETURN j.id AS job
  UNION
  MATCH (:Dataset {id: p.subject})-[e:CONSUMED_BY]->(j:Job)
  WHERE p.kind IN ['dataset', 'readers'] AND e.valid_to > datetime.realtime() AND e.source STARTS WITH 'estate:'
  RETURN j.id AS job
  UNION
  MATCH (j:Job)-[e:PRODUCES]->(:Dataset {id: p.subject})
  WHERE p.kind IN ['dataset', 'writers'] AND e.valid_to > datetime.realtime() AND e.source STARTS WITH 'estate:'
  RETURN j.id AS job
}
RETURN p.id AS pool, job
