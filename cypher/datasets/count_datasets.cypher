// name:    datasets.count_datasets
// purpose: How many datasets `datasets.list_datasets` would give in all.
// param:   search string - lower-case part of a name; empty: all
// param:   namespace string - this one only; empty: all
// param:   format string - this one only; empty: all
// param:   owner string - what this one owns; empty: all
// param:   tag string - with this tag; empty: all
// param:   domain string - of this one; empty: all
// param:   tier string - of this one; empty: all
// returns: total integer - one row
// access:  read
MATCH (x:Dataset)
WHERE x.retired_at IS NULL AND coalesce(x.entity, x.id) = x.id
  AND ($search = '' OR toLower(x.namespace + '/' + x.name) CONTAINS $search
       OR EXISTS { MATCH (n:DatasetName)-[:NAMES]->(x) WHERE toLower(n.namespace + '/' + n.name) CONTAINS $search }
       OR (x.entity IS NOT NULL AND EXISTS {
         MATCH (n:DatasetName)-[:NAMES]->(m:Dataset {entity: x.entity}) WHERE toLower(n.namespace + '/' + n.name) CONTAINS $search
       }))
  AND ($namespace = '' OR x.namespace = $namespace)
  AND ($format = '' OR x.format = $format)
  AND ($domain = '' OR x.domain = $domain)
  AND ($tier = '' OR x.tier = $tier)
  AND ($tag = '' OR $tag IN coalesce(x.tags, []))
  AND ($owner = '' OR EXISTS { MATCH (x)-[:OWNED_BY]->(o:Owner) WHERE o.name = $owner })
RETURN count(x) AS total
