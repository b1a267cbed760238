// A commit that waited for these indexes took five times as long; a search waits for them instead.
DROP INDEX search_things IF EXISTS;
DROP INDEX search_columns IF EXISTS;
DROP INDEX search_owners IF EXISTS;
DROP INDEX search_names IF EXISTS;
CREATE FULLTEXT INDEX search_things IF NOT EXISTS FOR (n:Dataset|DatasetName|Job|Consumer)
  ON EACH [n.name, n.namespace, n.description, n.tags, n.domain]
  OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX search_columns IF NOT EXISTS FOR (n:Field) ON EACH [n.path, n.description, n.tags]
  OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX search_owners IF NOT EXISTS FOR (n:Owner) ON EACH [n.name]
  OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX search_names IF NOT EXISTS FOR (n:Dataset|DatasetName|Job|Consumer) ON EACH [n.name]
  OPTIONS {indexConfig: {`fulltext.analyzer`: 'simple', `fulltext.eventually_consistent`: true}};
CALL db.awaitIndexes(600);
