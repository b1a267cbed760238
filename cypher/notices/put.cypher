// name:    notices.put
// purpose: What owners must be told; delivered after the commit, once per id.
// param:   notices list of map {id, kind, subject, about, title, body} - about: id of the dataset, job or consumer whose owners are told
// returns: id string - one row each
// access:  write
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $notices AS x
OPTIONAL MATCH (d:Dataset {id: x.about})
OPTIONAL MATCH (j:Job {id: x.about})
OPTIONAL MATCH (c:Consumer {id: x.about})
WITH x, coalesce(d, j, c) AS about
WITH x, COLLECT { MATCH (about)-[:OWNED_BY]->(o:Owner) RETURN DISTINCT o.name } AS recipients
MERGE (n:Outbox {id: x.id})
ON CREATE SET n.kind = x.kind, n.subject = x.subject, n.title = x.title, n.body = x.body, n.created_at = datetime.realtime(),
  n.open = 1, n.attempts = 0, n.recipients = recipients
RETURN n.id AS id
