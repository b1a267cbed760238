// name:    schemas.promises
// purpose: What datasets promise about their schemas: to all readers, and to consumers that want to be guarded.
// param:   datasets list of string - ids
// returns: dataset string, compatibility string or null, consumers list of {namespace, name, columns, on_violation} - one row per dataset
// access:  read
UNWIND $datasets AS dataset_id
MATCH (d:Dataset {id: dataset_id})
RETURN d.id AS dataset, d.compatibility AS compatibility,
       COLLECT {
         MATCH (d)-[e:CONSUMED_BY]->(c:Consumer)
         WHERE e.on_violation IS NOT NULL AND e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
         RETURN {namespace: c.namespace, name: c.name, columns: e.columns, on_violation: e.on_violation}
       } AS consumers
