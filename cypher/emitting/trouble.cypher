// name:    emitting.trouble
// purpose: What keeps events from being taken, for people to see; null: nothing.
// param:   trouble string
// returns: id string - one row, none where nobody ever subscribed
// access:  write
MATCH (s:Outbox {id: 'subscription/openlineage'})
SET s.trouble = $trouble
RETURN s.id AS id
