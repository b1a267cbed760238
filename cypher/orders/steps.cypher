// name:    orders.steps
// purpose: Some steps of an order: those that failed, that run or wait, in their order.
// param:   order string
// param:   states list of string
// param:   after integer - the place of the last step of the page before; 0: the first page
// param:   most integer
// returns: id, namespace, name, key, job_partition, place integer, state, why, run or null - in order
// access:  read
MATCH (s:ReplayStep {replay: $order})
WHERE s.state IN $states AND s.order > $after
RETURN s.id AS id, s.namespace AS namespace, s.name AS name, s.key AS key, s.job_partition AS job_partition, s.order AS place,
  s.state AS state, s.why AS why, s.run AS run
ORDER BY place, id LIMIT $most
