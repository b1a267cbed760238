// name:    questions.get_questions
// purpose: Some questions by their ids.
// param:   ids list of string
// returns: id, job_namespace, job_name, key, version, namespace, name, partition_key, asked_at, is_open, answer, answered_by, answered_at, answer_reason - one row each
// access:  read
UNWIND $ids AS id
MATCH (q:Question {id: id})
OPTIONAL MATCH (j:Job {id: q.job})
OPTIONAL MATCH (d:Dataset {id: q.dataset})
RETURN q.id AS id, j.namespace AS job_namespace, j.name AS job_name, q.key AS key, q.version AS version,
  d.namespace AS namespace, d.name AS name, q.partition_key AS partition_key, q.asked_at AS asked_at,
  q.open IS NOT NULL AS is_open, q.answer AS answer, q.answered_by AS answered_by, q.answered_at AS answered_at,
  q.answer_reason AS answer_reason

