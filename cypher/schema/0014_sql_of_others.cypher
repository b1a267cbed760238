// Sparse: only jobs whose SQL has to be looked at, and datasets whose known schema changed since their jobs were marked.
CREATE INDEX job_sql_unread IF NOT EXISTS FOR (n:Job) ON (n.sql_unread);
CREATE INDEX dataset_schema_news IF NOT EXISTS FOR (n:Dataset) ON (n.schema_news);
