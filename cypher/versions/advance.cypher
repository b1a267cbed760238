// name:    versions.advance
// purpose: A version is as of a later time than it was reported with; never of an earlier one. Only after the lock of the partition.
// param:   version string
// param:   source_time datetime
// returns: state string - no row: it is as late already
// access:  write
MATCH (v:DatasetVersion {id: $version})
WHERE v.source_time < $source_time
SET v.source_time = $source_time
RETURN v.state AS state
