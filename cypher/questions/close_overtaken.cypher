// name:    questions.close_overtaken
// purpose: Closes questions that time has answered: their version is no longer current, or a run was made that reads it. Only after the lock.
// param:   job_partitions list of string
// returns: id string - one row per question closed
// access:  write
UNWIND $job_partitions AS id
MATCH (q:Question {job_partition: id})
WHERE q.open = 1
WITH q, EXISTS { MATCH (v:DatasetVersion {id: q.version})-[:READ_BY]->(r:Run) WHERE r.job_partition = q.job_partition } AS is_read,
  EXISTS { MATCH (:Partition)-[:CURRENT]->(c:DatasetVersion {id: q.version}) } AS is_current
WHERE is_read OR NOT is_current
SET q.answer = 'overtaken', q.answered_by = 'readiness', q.answered_at = datetime.realtime(),
  q.answer_reason = CASE WHEN is_read THEN 'a later run reads it' ELSE 'it is no longer the current version' END
REMOVE q.open
RETURN q.id AS id
