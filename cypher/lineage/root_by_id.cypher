// name:    lineage.root_by_id
// purpose: The node of an id, whatever it is, and the moment to look at.
// param:   id string
// param:   at datetime - the moment; null for the one of `known`, or for now by the clock of the graph
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: at datetime, known datetime, label string, id string, namespace string, name string, path string, key string, state string, columns_known boolean, entity string, dropped_at datetime - one row; label null when nothing has this id; entity: the dataset that stands for this one, or the one of this column or version, and others
// access:  read
WITH coalesce($known, datetime.realtime()) AS known
WITH known, coalesce($at, known) AS at
OPTIONAL MATCH (d:Dataset {id: $id})
OPTIONAL MATCH (j:Job {id: $id})
OPTIONAL MATCH (c:Consumer {id: $id})
OPTIONAL MATCH (f:Field {id: $id})
OPTIONAL MATCH (v:DatasetVersion {id: $id})
OPTIONAL MATCH (r:Run {id: $id})
WITH at, known, coalesce(d, j, c, f, v, r) AS n, coalesce(f.dataset, v.dataset, r.job) AS of
OPTIONAL MATCH (od:Dataset {id: of})
OPTIONAL MATCH (oj:Job {id: of})
RETURN at, known, labels(n)[0] AS label, n.id AS id, coalesce(n.namespace, od.namespace, oj.namespace) AS namespace,
       coalesce(n.name, od.name, oj.name) AS name, n.path AS path, n.key AS key, n.state AS state,
       coalesce(n.columns_known, false) AND size(coalesce(n.unresolved, [])) = 0 AS columns_known,
       coalesce(n.entity, od.entity) AS entity, n.dropped_at AS dropped_at
