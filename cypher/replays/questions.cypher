// name:    replays.questions
// purpose: What is or was asked about some job partitions, of versions that are current.
// param:   job_partitions list of string
// returns: job_partition string, question string, version string, is_open boolean, answer string or null - one row each
// access:  read
UNWIND $job_partitions AS id
MATCH (q:Question {job_partition: id})
WHERE EXISTS { MATCH (:Partition)-[:CURRENT]->(v:DatasetVersion {id: q.version}) }
RETURN q.job_partition AS job_partition, q.id AS question, q.version AS version, q.open IS NOT NULL AS is_open, q.answer AS answer
