"""What runs by schedule or beside requests."""
