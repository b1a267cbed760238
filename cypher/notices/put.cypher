// name:    notices.put
// purpose: What owners must be told; delivered after the commit, once per id.
// param:   notices list of map {id, kind, subject, about, title, body} - about: id of the dataset or job whose owners are told
// returns: id string - one row each
// access:  write
UNWIND $notices AS x
WITH x, COLLECT { MATCH (t:Dataset|Job {id: x.about})-[:OWNED_BY]->(o:Owner) RETURN o.name } AS recipients
MERGE (n:Outbox {id: x.id})
ON CREATE SET n.kind = x.kind, n.subject = x.subject, n.title = x.title, n.body = x.body, n.created_at = datetime.realtime(),
  n.open = 1, n.attempts = 0, n.recipients = recipients
RETURN n.id AS id
