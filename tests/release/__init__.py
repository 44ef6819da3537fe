"""What has to agree before a version is tagged."""
