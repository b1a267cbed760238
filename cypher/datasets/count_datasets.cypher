// name:    datasets.count_datasets
// purpose: How many datasets `datasets.list_datasets` would give in all.
// param:   search string - lower-case part of a name; empty: all
// returns: total integer - one row
// access:  read
MATCH (x:Dataset)
WHERE x.retired_at IS NULL
  AND ($search = '' OR toLower(x.namespace + '/' + x.name) CONTAINS $search
       OR EXISTS { MATCH (n:DatasetName)-[:NAMES]->(x) WHERE toLower(n.namespace + '/' + n.name) CONTAINS $search })
RETURN count(x) AS total
