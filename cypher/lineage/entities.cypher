// name:    lineage.entities
// purpose: Datasets that stand for several, with all of these. One is gone when one of its names was dropped and none was seen since.
// param:   ids list of string - datasets that others call their entity
// returns: id string, namespace string, name string, technical boolean, members list of string, dropped_at datetime - one row each
// access:  read
UNWIND $ids AS id
MATCH (r:Dataset {id: id})
MATCH (m:Dataset {entity: id})
WITH r, collect(m.id) AS members, max(m.dropped_at) AS dropped_at
RETURN r.id AS id, r.namespace AS namespace, r.name AS name, coalesce(r.technical, false) AS technical, members,
  CASE WHEN dropped_at IS NULL THEN null WHEN EXISTS {
    MATCH (m:Dataset {entity: r.id})-[e:CONSUMED_BY|PRODUCES]-()
    WHERE e.provenance = 'observed' AND e.last_seen > dropped_at
  } THEN null ELSE dropped_at END AS dropped_at
