// name:    questions.answer
// purpose: Closes a question with what a person said. Only after the lock.
// param:   question string
// param:   answer string - rerun or ignore
// param:   by string
// param:   reason string
// returns: id string - one row
// access:  write
MATCH (q:Question {id: $question})
SET q.answer = $answer, q.answered_by = $by, q.answer_reason = $reason, q.answered_at = datetime.realtime()
REMOVE q.open
RETURN q.id AS id
