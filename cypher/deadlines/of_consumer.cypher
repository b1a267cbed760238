// name:    deadlines.of_consumer
// purpose: What became of the deadlines of a consumer, the newest business date first.
// param:   consumer string - consumer id
// param:   limit integer - how many
// returns: id, day, due_at datetime, state, predicted_at datetime or null, recorded_at datetime, ends_at datetime or null, reason - in order
// access:  read
MATCH (d:Deadline {consumer: $consumer})
RETURN d.id AS id, d.day AS day, d.due_at AS due_at, d.state AS state, d.predicted_at AS predicted_at,
  d.recorded_at AS recorded_at, d.ends_at AS ends_at, d.reason AS reason
ORDER BY d.day DESC LIMIT $limit
