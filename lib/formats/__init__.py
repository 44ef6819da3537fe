"""The importer's conversation, and readers and writers of files. Pure."""
