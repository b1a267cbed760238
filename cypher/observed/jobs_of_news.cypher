// name:    observed.jobs_of_news
// purpose: Datasets whose known schema changed, and the jobs around each whose SQL was read before.
// param:   most integer - of the datasets
// returns: dataset string, jobs list - one row each; none when nothing is marked
// access:  read
MATCH (d:Dataset)
WHERE d.schema_news = true
WITH d ORDER BY d.id LIMIT $most
OPTIONAL MATCH (d)-[:CONSUMED_BY|PRODUCES]-(j:Job)
WHERE j.sql_digest IS NOT NULL
RETURN d.id AS dataset, collect(DISTINCT j.id) AS jobs
