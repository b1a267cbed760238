// name:    lineage.root
// purpose: The node that a name means, of each kind it could be, and the moment to look at.
// param:   dataset_name string - id of the DatasetName
// param:   job string - id of the Job
// param:   consumer string - id of the Consumer
// param:   at datetime - the moment; null for the one of `known`, or for now by the clock of the graph
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: at datetime, known datetime, kind string, id string, namespace string, name string, columns_known boolean, entity string, dropped_at datetime - three rows, kind null for each of dataset, job and consumer that is not there at that moment; entity: the dataset that stands for this one and others
// access:  read
WITH coalesce($known, datetime.realtime()) AS known
WITH known, coalesce($at, known) AS at
OPTIONAL MATCH (:DatasetName {id: $dataset_name})-[:NAMES]->(named:Dataset)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH at, known, coalesce(entity, named) AS d
OPTIONAL MATCH (j:Job {id: $job})
OPTIONAL MATCH (c:Consumer {id: $consumer})
WITH at, known, [d, j, c] AS nodes
UNWIND range(0, 2) AS i
WITH at, known, nodes[i] AS n, ['DATASET', 'JOB', 'CONSUMER'][i] AS kind
WITH at, known, n, CASE WHEN n IS NULL OR n.retired_at <= at THEN null ELSE kind END AS kind
RETURN at, known, kind, n.id AS id, n.namespace AS namespace, n.name AS name,
       coalesce(n.columns_known, false) AND size(coalesce(n.unresolved, [])) = 0 AS columns_known,
       n.entity AS entity, n.dropped_at AS dropped_at
