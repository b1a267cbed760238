"""The one gate to the graph. Nothing else imports the driver."""

import graph_model.store.lean  # noqa: F401  before any module here imports the driver
