// Attempts whose places on disk are still to be swept; sparse, as the queues are.
CREATE INDEX attempt_unswept IF NOT EXISTS FOR (n:Attempt) ON (n.unswept);
