// name:    lineage.around_datasets
// purpose: The jobs that read or make some datasets, or ones that are the same, as it was true at one moment.
// param:   ids list of string - datasets; of those that are one, the one that stands for all
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: job string - an id, one row each
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (d:Dataset {id: id})
  RETURN d
  UNION
  UNWIND $ids AS id
  MATCH (d:Dataset {entity: id})
  RETURN d
}
WITH d, coalesce($known, datetime.realtime()) AS known
WITH d, known, CASE WHEN $at < known THEN $at ELSE known END AS until
MATCH (d)-[e:CONSUMED_BY|PRODUCES]-(j:Job)
WHERE e.valid_from <= $at AND until < e.valid_to AND e.recorded_at <= known AND known < e.retracted_at
RETURN DISTINCT j.id AS job
