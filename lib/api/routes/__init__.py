"""One module per resource: its models and its operations."""
