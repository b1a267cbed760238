// name:    datasets.list_datasets
// purpose: One page of the datasets that are declared now, by namespace and name.
// param:   search string - lower-case part of a name; empty: all
// param:   namespace string - this one only; empty: all
// param:   format string - this one only; empty: all
// param:   owner string - what this one owns; empty: all
// param:   tag string - with this tag; empty: all
// param:   domain string - of this one; empty: all
// param:   tier string - of this one; empty: all
// param:   after_namespace string - the page starts after this namespace
// param:   after_name string - and this name in it; both empty: the first page
// param:   limit integer - how many
// returns: id string - in order
// access:  read
MATCH (x:Dataset)
WHERE x.retired_at IS NULL AND coalesce(x.entity, x.id) = x.id
  AND (x.namespace > $after_namespace OR (x.namespace = $after_namespace AND x.name > $after_name))
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
RETURN x.id AS id
ORDER BY x.namespace, x.name
LIMIT $limit
