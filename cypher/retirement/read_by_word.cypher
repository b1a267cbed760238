// name:    retirement.read_by_word
// purpose: The consumers and programs that told to have read some datasets, and which columns they named.
// param:   datasets list of string - ids
// returns: dataset, kind (consumer or program), name string, first datetime, last datetime, reads integer, columns list of list - one row per dataset and reader
// access:  read
UNWIND $datasets AS id
MATCH (:DatasetVersion {dataset: id})-[:SEEN_BY]->(n:Reading)
RETURN id AS dataset, n.kind AS kind, n.reader AS name, min(n.first_at) AS first, max(n.last_at) AS last, sum(n.count) AS reads,
  collect(DISTINCT coalesce(n.columns, [])) AS columns
