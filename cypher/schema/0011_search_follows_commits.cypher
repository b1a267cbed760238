// A commit that waited for these indexes took five times as long; a search waits for them instead. (0016 has the others.)
DROP INDEX search_owners IF EXISTS;
DROP INDEX search_names IF EXISTS;
CREATE FULLTEXT INDEX search_owners IF NOT EXISTS FOR (n:Owner) ON EACH [n.name]
  OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX search_names IF NOT EXISTS FOR (n:Dataset|DatasetName|Job|Consumer) ON EACH [n.name]
  OPTIONS {indexConfig: {`fulltext.analyzer`: 'simple', `fulltext.eventually_consistent`: true}};
CALL db.awaitIndexes(600);
