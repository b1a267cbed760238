// name:    consumers.count_consumers
// purpose: How many consumers `consumers.list_consumers` would give in all.
// param:   search string - lower-case part of a name; empty: all
// returns: total integer - one row
// access:  read
MATCH (x:Consumer)
WHERE x.retired_at IS NULL
  AND ($search = '' OR toLower(x.namespace + '/' + x.name) CONTAINS $search)
RETURN count(x) AS total
