// name:    backup.create_edges
// purpose: Edges of a backup as they were, between nodes that are there already.
// param:   edges map - for each kind of edge a list of maps {source, target, properties}
// returns: created integer - one row; fewer than were given: an end is missing
// access:  write
CALL () {
  UNWIND coalesce($edges.Scope_SPEAKS_OF_Dataset, []) AS x
  MATCH (a:Scope {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:SPEAKS_OF]->(b) SET e = x.properties
  RETURN count(e) AS c1
}
CALL () {
  UNWIND coalesce($edges.Scope_SPEAKS_OF_Job, []) AS x
  MATCH (a:Scope {id: x.source}) MATCH (b:Job {id: x.target})
  CREATE (a)-[e:SPEAKS_OF]->(b) SET e = x.properties
  RETURN count(e) AS c2
}
CALL () {
  UNWIND coalesce($edges.Scope_SPEAKS_OF_Consumer, []) AS x
  MATCH (a:Scope {id: x.source}) MATCH (b:Consumer {id: x.target})
  CREATE (a)-[e:SPEAKS_OF]->(b) SET e = x.properties
  RETURN count(e) AS c3
}
CALL () {
  UNWIND coalesce($edges.DatasetName_NAMES_Dataset, []) AS x
  MATCH (a:DatasetName {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:NAMES]->(b) SET e = x.properties
  RETURN count(e) AS c4
}
CALL () {
  UNWIND coalesce($edges.Dataset_CONSUMED_BY_Job, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:Job {id: x.target})
  CREATE (a)-[e:CONSUMED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c5
}
CALL () {
  UNWIND coalesce($edges.Dataset_CONSUMED_BY_Consumer, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:Consumer {id: x.target})
  CREATE (a)-[e:CONSUMED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c6
}
CALL () {
  UNWIND coalesce($edges.Dataset_HAS_SCHEMA_SchemaVersion, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:SchemaVersion {id: x.target})
  CREATE (a)-[e:HAS_SCHEMA]->(b) SET e = x.properties
  RETURN count(e) AS c7
}
CALL () {
  UNWIND coalesce($edges.Dataset_SHOWED_SchemaVersion, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:SchemaVersion {id: x.target})
  CREATE (a)-[e:SHOWED]->(b) SET e = x.properties
  RETURN count(e) AS c8
}
CALL () {
  UNWIND coalesce($edges.Dataset_HAS_CONTRACT_Contract, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:Contract {id: x.target})
  CREATE (a)-[e:HAS_CONTRACT]->(b) SET e = x.properties
  RETURN count(e) AS c9
}
CALL () {
  UNWIND coalesce($edges.Dataset_OWNED_BY_Owner, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:Owner {id: x.target})
  CREATE (a)-[e:OWNED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c10
}
CALL () {
  UNWIND coalesce($edges.Dataset_CHECKED_BY_CheckResult, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:CheckResult {id: x.target})
  CREATE (a)-[e:CHECKED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c11
}
CALL () {
  UNWIND coalesce($edges.Dataset_SAME_AS_Dataset, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:SAME_AS]->(b) SET e = x.properties
  RETURN count(e) AS c12
}
CALL () {
  UNWIND coalesce($edges.Dataset_APART_Dataset, []) AS x
  MATCH (a:Dataset {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:APART]->(b) SET e = x.properties
  RETURN count(e) AS c13
}
CALL () {
  UNWIND coalesce($edges.Job_PRODUCES_Dataset, []) AS x
  MATCH (a:Job {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:PRODUCES]->(b) SET e = x.properties
  RETURN count(e) AS c14
}
CALL () {
  UNWIND coalesce($edges.Job_SAYS_DatasetName, []) AS x
  MATCH (a:Job {id: x.source}) MATCH (b:DatasetName {id: x.target})
  CREATE (a)-[e:SAYS]->(b) SET e = x.properties
  RETURN count(e) AS c15
}
CALL () {
  UNWIND coalesce($edges.Job_OWNED_BY_Owner, []) AS x
  MATCH (a:Job {id: x.source}) MATCH (b:Owner {id: x.target})
  CREATE (a)-[e:OWNED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c16
}
CALL () {
  UNWIND coalesce($edges.Job_PART_OF_Job, []) AS x
  MATCH (a:Job {id: x.source}) MATCH (b:Job {id: x.target})
  CREATE (a)-[e:PART_OF]->(b) SET e = x.properties
  RETURN count(e) AS c17
}
CALL () {
  UNWIND coalesce($edges.Job_PRECEDES_Job, []) AS x
  MATCH (a:Job {id: x.source}) MATCH (b:Job {id: x.target})
  CREATE (a)-[e:PRECEDES]->(b) SET e = x.properties
  RETURN count(e) AS c18
}
CALL () {
  UNWIND coalesce($edges.Job_FOLLOWED_BY_Job, []) AS x
  MATCH (a:Job {id: x.source}) MATCH (b:Job {id: x.target})
  CREATE (a)-[e:FOLLOWED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c19
}
CALL () {
  UNWIND coalesce($edges.Consumer_OWNED_BY_Owner, []) AS x
  MATCH (a:Consumer {id: x.source}) MATCH (b:Owner {id: x.target})
  CREATE (a)-[e:OWNED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c20
}
CALL () {
  UNWIND coalesce($edges.Field_FEEDS_Field, []) AS x
  MATCH (a:Field {id: x.source}) MATCH (b:Field {id: x.target})
  CREATE (a)-[e:FEEDS]->(b) SET e = x.properties
  RETURN count(e) AS c21
}
CALL () {
  UNWIND coalesce($edges.Field_SHAPES_Dataset, []) AS x
  MATCH (a:Field {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:SHAPES]->(b) SET e = x.properties
  RETURN count(e) AS c22
}
CALL () {
  UNWIND coalesce($edges.Field_USED_BY_Job, []) AS x
  MATCH (a:Field {id: x.source}) MATCH (b:Job {id: x.target})
  CREATE (a)-[e:USED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c23
}
CALL () {
  UNWIND coalesce($edges.Field_USED_BY_Consumer, []) AS x
  MATCH (a:Field {id: x.source}) MATCH (b:Consumer {id: x.target})
  CREATE (a)-[e:USED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c24
}
CALL () {
  UNWIND coalesce($edges.SchemaVersion_HAS_FIELD_Field, []) AS x
  MATCH (a:SchemaVersion {id: x.source}) MATCH (b:Field {id: x.target})
  CREATE (a)-[e:HAS_FIELD]->(b) SET e = x.properties
  RETURN count(e) AS c25
}
CALL () {
  UNWIND coalesce($edges.Partition_NEEDED_BY_JobPartition, []) AS x
  MATCH (a:Partition {id: x.source}) MATCH (b:JobPartition {id: x.target})
  CREATE (a)-[e:NEEDED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c26
}
CALL () {
  UNWIND coalesce($edges.Partition_HAS_VERSION_DatasetVersion, []) AS x
  MATCH (a:Partition {id: x.source}) MATCH (b:DatasetVersion {id: x.target})
  CREATE (a)-[e:HAS_VERSION]->(b) SET e = x.properties
  RETURN count(e) AS c27
}
CALL () {
  UNWIND coalesce($edges.Partition_CURRENT_DatasetVersion, []) AS x
  MATCH (a:Partition {id: x.source}) MATCH (b:DatasetVersion {id: x.target})
  CREATE (a)-[e:CURRENT]->(b) SET e = x.properties
  RETURN count(e) AS c28
}
CALL () {
  UNWIND coalesce($edges.DatasetVersion_WITH_SCHEMA_SchemaVersion, []) AS x
  MATCH (a:DatasetVersion {id: x.source}) MATCH (b:SchemaVersion {id: x.target})
  CREATE (a)-[e:WITH_SCHEMA]->(b) SET e = x.properties
  RETURN count(e) AS c29
}
CALL () {
  UNWIND coalesce($edges.DatasetVersion_CHECKED_BY_CheckResult, []) AS x
  MATCH (a:DatasetVersion {id: x.source}) MATCH (b:CheckResult {id: x.target})
  CREATE (a)-[e:CHECKED_BY]->(b) SET e = x.properties
  RETURN count(e) AS c30
}
CALL () {
  UNWIND coalesce($edges.DatasetVersion_READ_BY_Run, []) AS x
  MATCH (a:DatasetVersion {id: x.source}) MATCH (b:Run {id: x.target})
  CREATE (a)-[e:READ_BY]->(b) SET e = x.properties
  RETURN count(e) AS c31
}
CALL () {
  UNWIND coalesce($edges.Partition_READ_BY_ObservedRun, []) AS x
  MATCH (a:Partition {id: x.source}) MATCH (b:ObservedRun {id: x.target})
  CREATE (a)-[e:READ_BY]->(b) SET e = x.properties
  RETURN count(e) AS c32
}
CALL () {
  UNWIND coalesce($edges.ObservedRun_WROTE_DatasetVersion, []) AS x
  MATCH (a:ObservedRun {id: x.source}) MATCH (b:DatasetVersion {id: x.target})
  CREATE (a)-[e:WROTE]->(b) SET e = x.properties
  RETURN count(e) AS c33
}
CALL () {
  UNWIND coalesce($edges.ObservedRun_UNPLACED_Dataset, []) AS x
  MATCH (a:ObservedRun {id: x.source}) MATCH (b:Dataset {id: x.target})
  CREATE (a)-[e:UNPLACED]->(b) SET e = x.properties
  RETURN count(e) AS c34
}
CALL () {
  UNWIND coalesce($edges.DatasetVersion_SEEN_BY_Reading, []) AS x
  MATCH (a:DatasetVersion {id: x.source}) MATCH (b:Reading {id: x.target})
  CREATE (a)-[e:SEEN_BY]->(b) SET e = x.properties
  RETURN count(e) AS c35
}
CALL () {
  UNWIND coalesce($edges.JobPartition_FILLS_Partition, []) AS x
  MATCH (a:JobPartition {id: x.source}) MATCH (b:Partition {id: x.target})
  CREATE (a)-[e:FILLS]->(b) SET e = x.properties
  RETURN count(e) AS c36
}
CALL () {
  UNWIND coalesce($edges.JobPartition_HAS_RUN_Run, []) AS x
  MATCH (a:JobPartition {id: x.source}) MATCH (b:Run {id: x.target})
  CREATE (a)-[e:HAS_RUN]->(b) SET e = x.properties
  RETURN count(e) AS c37
}
CALL () {
  UNWIND coalesce($edges.Run_WROTE_DatasetVersion, []) AS x
  MATCH (a:Run {id: x.source}) MATCH (b:DatasetVersion {id: x.target})
  CREATE (a)-[e:WROTE]->(b) SET e = x.properties
  RETURN count(e) AS c38
}
CALL () {
  UNWIND coalesce($edges.Run_HAS_ATTEMPT_Attempt, []) AS x
  MATCH (a:Run {id: x.source}) MATCH (b:Attempt {id: x.target})
  CREATE (a)-[e:HAS_ATTEMPT]->(b) SET e = x.properties
  RETURN count(e) AS c39
}
CALL () {
  UNWIND coalesce($edges.ObservedRun_PART_OF_ObservedRun, []) AS x
  MATCH (a:ObservedRun {id: x.source}) MATCH (b:ObservedRun {id: x.target})
  CREATE (a)-[e:PART_OF]->(b) SET e = x.properties
  RETURN count(e) AS c40
}
RETURN c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11 + c12 + c13 + c14 + c15 + c16 + c17 + c18 + c19 + c20 +
  c21 + c22 + c23 + c24 + c25 + c26 + c27 + c28 + c29 + c30 + c31 + c32 + c33 + c34 + c35 + c36 + c37 + c38 + c39 + c40 AS created
