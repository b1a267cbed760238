// name:    versions.get_version_count
// purpose: How many versions a listing would give in all.
// param:   dataset string - dataset id
// param:   partition string - only versions of the partition with this key; null: any
// returns: total integer - one row
// access:  read
MATCH (v:DatasetVersion {dataset: $dataset})
WHERE $partition IS NULL OR v.key = $partition
RETURN count(v) AS total
