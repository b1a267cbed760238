// Several datasets that are one know the one that stands for all; sparse.
CREATE INDEX dataset_entity IF NOT EXISTS FOR (n:Dataset) ON (n.entity);
