"""The one gate to the graph. Nothing else imports the driver."""

from graph_model.store.alone import import_alone

import_alone("neo4j", without=("numpy", "pandas", "pyarrow"))
