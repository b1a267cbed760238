// What is kept, what expired, what is to be deleted. Sparse: only replaced versions that have not expired carry `aging`
// (the id of their partition), only partitions that want a look at what they keep carry `expire_at`, only expired
// versions whose data is still there `expired`, and only those whose data is being deleted `undeleted`.
CREATE INDEX dataset_version_aging IF NOT EXISTS FOR (n:DatasetVersion) ON (n.aging);
CREATE INDEX dataset_version_expired IF NOT EXISTS FOR (n:DatasetVersion) ON (n.expired);
CREATE INDEX dataset_version_undeleted IF NOT EXISTS FOR (n:DatasetVersion) ON (n.undeleted);
CREATE INDEX partition_expire_at IF NOT EXISTS FOR (n:Partition) ON (n.expire_at);
// Who shares a place.
CREATE INDEX dataset_version_location IF NOT EXISTS FOR (n:DatasetVersion) ON (n.location);
// Who read which version when: one node for each reader and version.
CREATE CONSTRAINT reading_id IF NOT EXISTS FOR (n:Reading) REQUIRE n.id IS UNIQUE;
// When the versions replaced so far were replaced, nobody wrote down: they begin to age now.
MATCH (v:DatasetVersion) WHERE v.state = 'SUPERSEDED' AND v.aging IS NULL CALL (v) { SET v.aging = v.partition, v.replaced_at = datetime.realtime() } IN TRANSACTIONS OF 5000 ROWS;
