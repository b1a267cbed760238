// name:    consumers.get_consumers
// purpose: Everything declared about some consumers, with owners and what they read now.
// param:   ids list of string - consumer ids
// returns: id, namespace, name, kind, deadline_by, deadline_timezone, description, scope, retired_at, owners list, reads list - one row per consumer that exists
// access:  read
UNWIND $ids AS consumer_id
MATCH (c:Consumer {id: consumer_id})
RETURN c.id AS id, c.namespace AS namespace, c.name AS name, c.kind AS kind, c.deadline_by AS deadline_by,
       c.deadline_timezone AS deadline_timezone, c.description AS description, c.scope AS scope, c.retired_at AS retired_at,
       COLLECT { MATCH (c)-[:OWNED_BY]->(o:Owner) RETURN o.name } AS owners,
       COLLECT {
         MATCH (d:Dataset)-[e:CONSUMED_BY]->(c)
         WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
         RETURN {namespace: d.namespace, name: d.name, columns: e.columns, by: e.by}
       } AS reads
