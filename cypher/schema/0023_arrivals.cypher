// Sparse: only datasets whose files are watched for.
CREATE INDEX dataset_arrival IF NOT EXISTS FOR (n:Dataset) ON (n.arrival);
