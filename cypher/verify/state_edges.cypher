// name:    verify.state_edges
// purpose: For the hash of the state: what is declared to read and to make what, now.
// returns: type, source, target, mapping, required, correction - one row each, unordered
// access:  read
MATCH (a:Dataset)-[e:CONSUMED_BY]->(b)
WHERE e.valid_to > datetime.realtime()
RETURN 'CONSUMED_BY' AS type, a.id AS source, b.id AS target, e.mapping AS mapping, e.required AS required,
  e.correction AS correction
UNION ALL
MATCH (a:Job)-[e:PRODUCES]->(b:Dataset)
WHERE e.valid_to > datetime.realtime()
RETURN 'PRODUCES' AS type, a.id AS source, b.id AS target, null AS mapping, null AS required, null AS correction
