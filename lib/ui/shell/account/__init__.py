"""Who is signed in, and the way out."""
