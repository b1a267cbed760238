// What is said of things, word by word; a word may stand anywhere inside of one that is joined by underscores.
CREATE FULLTEXT INDEX search_things IF NOT EXISTS FOR (n:Dataset|DatasetName|Job|Consumer)
  ON EACH [n.name, n.namespace, n.description, n.tags, n.domain];
CREATE FULLTEXT INDEX search_columns IF NOT EXISTS FOR (n:Field) ON EACH [n.path, n.description, n.tags];
CREATE FULLTEXT INDEX search_owners IF NOT EXISTS FOR (n:Owner) ON EACH [n.name];
// Names once more, cut at everything that is no letter: only a whole word of an index can be almost another one.
CREATE FULLTEXT INDEX search_names IF NOT EXISTS FOR (n:Dataset|DatasetName|Job|Consumer) ON EACH [n.name]
  OPTIONS {indexConfig: {`fulltext.analyzer`: 'simple'}};
CALL db.awaitIndexes(600);
