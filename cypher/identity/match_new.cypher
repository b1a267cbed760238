// name:    identity.match_new
// purpose: Makes others wait who see a new name in some namespaces, or declare one; then says what of some datasets is declared (`identity.may_be`), and what stands of it (`identity.declared_evidence`).
// param:   namespaces list of string - ids of their scopes, sorted
// param:   ids list of string - datasets
// param:   token string - fresh for each attempt
// returns: wanted list of map {id, namespace, name, dataset, text, source, partition_every, partition_from, partition_details}, standing list of map {id, source, target} - one row
// access:  write
CALL () {
  UNWIND $namespaces AS id
  MERGE (s:Scope {id: id})
  SET s._lock = $token
  RETURN count(*) AS locked
}
CALL () {
  UNWIND $ids AS id
  MATCH (d:Dataset {id: id})<-[:NAMES]-(n:DatasetName)
  WHERE d.scope IS NULL OR d.retired_at IS NOT NULL OR d.scope STARTS WITH 'import:'
  MATCH (p:DeclaredName {namespace: n.namespace})
  WHERE n.name STARTS WITH p.start OR n.name STARTS WITH '/' + p.start
  MATCH (of:Dataset {id: p.dataset})
  RETURN collect({id: id, namespace: n.namespace, name: n.name, dataset: p.dataset, text: p.text, source: p.source,
    partition_every: of.partition_every, partition_from: of.partition_from, partition_details: of.partition_details}) AS wanted
}
CALL () {
  UNWIND $ids AS id
  MATCH (a:Dataset)-[e:SAME_AS]->(:Dataset {id: id})
  WHERE e.kind = 'declared' AND e.valid_to > datetime.realtime()
  RETURN collect({id: e.id, source: a.id, target: id}) AS standing
}
RETURN wanted, standing
