// name:    lineage.dataset_roots
// purpose: The datasets that some names mean, and the moment to look at; as lineage.root, for many at once.
// param:   names list of string - ids of DatasetNames
// param:   at datetime - the moment; null for the one of `known`, or for now by the clock of the graph
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: asked string, at datetime, known datetime, id string, namespace string, name string, state string, columns_known boolean, entity string, dropped_at datetime - a row for each name that means a dataset at that moment; asked: the id of the name
// access:  read
WITH coalesce($known, datetime.realtime()) AS known
WITH known, coalesce($at, known) AS at
UNWIND $names AS asked
MATCH (:DatasetName {id: asked})-[:NAMES]->(named:Dataset)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH asked, at, known, coalesce(entity, named) AS d
WHERE d.retired_at IS NULL OR d.retired_at > at
RETURN asked, at, known, d.id AS id, d.namespace AS namespace, d.name AS name, d.coverage AS state,
       false AS columns_known, d.entity AS entity, d.dropped_at AS dropped_at
