// name:    identity.held
// purpose: Evidence that two datasets are one which does not count, and why.
// param:   most integer
// returns: id string, kind string, said_by string, held string, namespace string, name string, other_namespace string, other_name string, at datetime - one row each, in no order
// access:  read
MATCH (a:Dataset)-[e:SAME_AS]->(b:Dataset)
WHERE e.held IS NOT NULL AND e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
RETURN e.id AS id, e.kind AS kind, e.source AS said_by, e.held AS held, a.namespace AS namespace, a.name AS name,
  b.namespace AS other_namespace, b.name AS other_name, e.last_seen AS at
LIMIT $most
