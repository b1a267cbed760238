// name:    observed.unplaced
// purpose: Complete runs of others that wrote a dataset, and of which nobody can say the partition, newest first.
// param:   dataset string - id
// param:   most integer
// returns: id string, run string, namespace string, name string, complete_at datetime, reason string - one row each
// access:  read
MATCH (:Dataset {id: $dataset})<-[u:UNPLACED]-(r:ObservedRun)
OPTIONAL MATCH (j:Job {id: r.job})
RETURN r.id AS id, r.run AS run, j.namespace AS namespace, j.name AS name, r.complete_at AS complete_at, u.reason AS reason
ORDER BY complete_at DESC, id
LIMIT $most
