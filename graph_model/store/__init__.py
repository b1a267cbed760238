"""The one gate to the graph. Nothing else imports the driver."""
