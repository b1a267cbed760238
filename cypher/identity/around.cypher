// name:    identity.around
// purpose: Datasets with everything that is said now about their being one with others, or not.
// param:   ids list of string
// returns: id string, namespace string, name string, scope string, retired boolean, entity string, said list of map {id, kind, source, target, form, at, said_by, partition, held}, apart list of string - one row each; said: the evidence at either end; apart: the datasets that a person holds apart from it
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.scope AS scope,
  d.retired_at IS NOT NULL AS retired, d.entity AS entity,
  COLLECT {
    MATCH (d)-[e:SAME_AS]-(:Dataset)
    WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
    RETURN {id: e.id, kind: e.kind, source: startNode(e).id, target: endNode(e).id, form: e.form, at: e.last_seen, said_by: e.source,
      partition: e.partition, held: e.held}
  } AS said,
  COLLECT { MATCH (d)-[e:APART]-(n:Dataset) WHERE e.retracted_at > datetime.realtime() RETURN n.id } AS apart
