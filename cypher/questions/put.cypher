// name:    questions.put
// purpose: Asks questions, each once: one that was answered stays answered; one that was overtaken is asked again when its version is current again.
// param:   questions list of map {id, job_partition, job, key, version, dataset, partition_key}
// returns: id string - one row per question that is open from now on and was not before
// access:  write
UNWIND $questions AS x
MERGE (q:Question {id: x.id})
ON CREATE SET q.job_partition = x.job_partition, q.job = x.job, q.key = x.key, q.version = x.version, q.dataset = x.dataset,
  q.partition_key = x.partition_key, q.answer = 'overtaken'
WITH q WHERE q.open IS NULL AND q.answer = 'overtaken'
SET q.open = 1, q.asked_at = datetime.realtime()
REMOVE q.answer, q.answer_reason, q.answered_at, q.answered_by
RETURN q.id AS id
