// name:    versions.pass_over
// purpose: Good versions that do not become current: superseded as they come. Only after the lock of their partitions.
// param:   changes list of map {version, reason}
// returns: version string - one row each
// access:  write
UNWIND $changes AS x
MATCH (v:DatasetVersion {id: x.version})
MATCH (p:Partition {id: v.partition})
SET v.state = 'SUPERSEDED', v.reason = x.reason, v.aging = p.id, v.replaced_at = datetime.realtime(),
  p.expire_at = datetime.realtime()
RETURN v.id AS version
