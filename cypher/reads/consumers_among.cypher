// name:    reads.consumers_among
// purpose: Which of these ids are those of consumers, declared now or once.
// param:   ids list of string
// returns: id string - one row for each that is
// access:  read
UNWIND $ids AS consumer_id
MATCH (c:Consumer {id: consumer_id})
RETURN c.id AS id
