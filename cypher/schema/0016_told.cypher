// What is told of observed runs: gaps and ends are found by job, the newest runs by when they were first heard of.
CREATE INDEX observed_run_gap IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.gap_at);
CREATE INDEX observed_run_complete IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.complete_at);
CREATE INDEX observed_run_first IF NOT EXISTS FOR (n:ObservedRun) ON (n.first);
CREATE INDEX lineage_event_run IF NOT EXISTS FOR (n:LineageEvent) ON (n.run);
// What others tell of things is searched beside what is declared. An index cannot be changed, so it is made again; it
// follows commits at a small distance.
DROP INDEX search_things IF EXISTS;
DROP INDEX search_columns IF EXISTS;
CREATE FULLTEXT INDEX search_things IF NOT EXISTS FOR (n:Dataset|DatasetName|Job|Consumer)
  ON EACH [n.name, n.namespace, n.description, n.tags, n.domain, n.observed_description, n.observed_tags]
  OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX search_columns IF NOT EXISTS FOR (n:Field)
  ON EACH [n.path, n.description, n.tags, n.observed_description, n.observed_tags]
  OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CALL db.awaitIndexes(600);
