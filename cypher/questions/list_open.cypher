// name:    questions.list_open
// purpose: The questions that wait for an answer, oldest first.
// param:   limit integer
// returns: id, job_namespace, job_name, key, version, namespace, name, partition_key, asked_at, is_open, answer, answered_by, answered_at, answer_reason - one row each
// access:  read
MATCH (q:Question)
WHERE q.open = 1
OPTIONAL MATCH (j:Job {id: q.job})
OPTIONAL MATCH (d:Dataset {id: q.dataset})
RETURN q.id AS id, j.namespace AS job_namespace, j.name AS job_name, q.key AS key, q.version AS version,
  d.namespace AS namespace, d.name AS name, q.partition_key AS partition_key, q.asked_at AS asked_at,
  q.open IS NOT NULL AS is_open, q.answer AS answer, q.answered_by AS answered_by, q.answered_at AS answered_at,
  q.answer_reason AS answer_reason
ORDER BY q.asked_at, q.id LIMIT $limit
