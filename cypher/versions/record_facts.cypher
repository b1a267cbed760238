// name:    versions.record_facts
// purpose: What validation found in each version.
// param:   facts list of map {version, row_count, size_bytes, content_hash, metrics}
// returns: id string - one row each
// access:  write
UNWIND $facts AS f
MATCH (v:DatasetVersion {id: f.version})
SET v.row_count = f.row_count, v.size_bytes = f.size_bytes, v.content_hash = f.content_hash, v.metrics = f.metrics
RETURN v.id AS id
