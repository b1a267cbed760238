// name:    identity.names
// purpose: The datasets that one stands for, each with its name and what is said now about its being one with others.
// param:   id string - of the dataset that stands for them, or that is alone
// returns: id string, namespace string, name string, dropped_at datetime, location string, called list of map {namespace, name}, said list of map {id, kind, source, target, form, at, said_by, partition, held, other, other_namespace, other_name, since}, apart list of map {id, namespace, name, by, reason, at} - one row each; called: all its names, its own among them; said: the evidence at either end, `other` being the other end
// access:  read
CALL () {
  MATCH (d:Dataset {id: $id})
  RETURN d
  UNION
  MATCH (d:Dataset {entity: $id})
  RETURN d
}
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.dropped_at AS dropped_at, d.location AS location,
  COLLECT { MATCH (n:DatasetName)-[:NAMES]->(d) RETURN {namespace: n.namespace, name: n.name} } AS called,
  COLLECT {
    MATCH (d)-[e:SAME_AS]-(n:Dataset)
    WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
    RETURN {id: e.id, kind: e.kind, source: startNode(e).id, target: endNode(e).id, form: e.form, at: e.last_seen, said_by: e.source,
      partition: e.partition, held: e.held, other: n.id, other_namespace: n.namespace, other_name: n.name, since: e.valid_from}
  } AS said,
  COLLECT {
    MATCH (d)-[e:APART]-(n:Dataset)
    WHERE e.retracted_at > datetime.realtime()
    RETURN {id: n.id, namespace: n.namespace, name: n.name, by: e.by, reason: e.reason, at: e.recorded_at}
  } AS apart
