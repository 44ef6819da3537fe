"""The bulk importer: files of conversations, written as the API would."""
