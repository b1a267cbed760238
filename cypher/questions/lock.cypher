// name:    questions.lock
// purpose: Locks a question, then looks at it.
// param:   question string
// param:   token string - fresh for each attempt
// returns: id, open boolean, answer, answered_by - no row: there is none
// access:  write
MATCH (q:Question {id: $question})
SET q._lock = $token
RETURN q.id AS id, q.open IS NOT NULL AS open, q.answer AS answer, q.answered_by AS answered_by
