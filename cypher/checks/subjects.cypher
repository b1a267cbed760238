// name:    checks.subjects
// purpose: How the datasets whose versions are to be checked are sliced, when those versions come from, and what time it is.
// param:   datasets list of string - ids
// param:   versions list of string - ids; those that exist already
// returns: dataset, partition_every, partition_from, partition_details, source_times list of {id, source_time}, now datetime - one row per dataset
// access:  read
UNWIND $datasets AS dataset_id
MATCH (d:Dataset {id: dataset_id})
RETURN d.id AS dataset, d.partition_every AS partition_every, d.partition_from AS partition_from,
  d.partition_details AS partition_details, datetime.realtime() AS now,
  COLLECT {
    UNWIND $versions AS version_id
    MATCH (v:DatasetVersion {id: version_id}) WHERE v.dataset = dataset_id
    RETURN {id: v.id, source_time: v.source_time}
  } AS source_times
