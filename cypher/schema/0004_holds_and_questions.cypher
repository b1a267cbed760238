// What people say: holds, and the questions that they are asked.
CREATE CONSTRAINT hold_id IF NOT EXISTS FOR (n:Hold) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT question_id IF NOT EXISTS FOR (n:Question) REQUIRE n.id IS UNIQUE;
// Sparse properties: a hold in force, a question without answer, a version set aside after the fact.
CREATE INDEX hold_open IF NOT EXISTS FOR (n:Hold) ON (n.open);
CREATE INDEX question_open IF NOT EXISTS FOR (n:Question) ON (n.open);
CREATE INDEX dataset_version_withheld IF NOT EXISTS FOR (n:DatasetVersion) ON (n.withheld);
CREATE INDEX question_job_partition IF NOT EXISTS FOR (n:Question) ON (n.job_partition);
