// Several datasets that are one know the one that stands for all; sparse.
CREATE INDEX dataset_entity IF NOT EXISTS FOR (n:Dataset) ON (n.entity);
// Names that datasets are declared to have beside their own, and all names of a namespace that begin alike.
CREATE CONSTRAINT declared_name_id IF NOT EXISTS FOR (n:DeclaredName) REQUIRE n.id IS UNIQUE;
CREATE INDEX declared_name_namespace IF NOT EXISTS FOR (n:DeclaredName) ON (n.namespace);
CREATE INDEX declared_name_dataset IF NOT EXISTS FOR (n:DeclaredName) ON (n.dataset);
CREATE INDEX dataset_name_spelled IF NOT EXISTS FOR (n:DatasetName) ON (n.namespace, n.name);
