// name:    observed.pass_on_news
// purpose: Marks jobs as to be looked at, and unmarks the datasets whose news that passes on. Locks jobs before datasets, as whoever observes does.
// param:   jobs list of string - ids, sorted
// param:   datasets list of string - ids, sorted
// param:   token string - fresh for each attempt
// returns: datasets integer - one row
// access:  write
FOREACH (id IN $jobs | MERGE (j:Job {id: id}) SET j._lock = $token, j.sql_unread = true)
WITH 1 AS one
UNWIND $datasets AS id
MATCH (d:Dataset {id: id})
SET d._lock = $token, d.schema_news = null
RETURN count(d) AS datasets
