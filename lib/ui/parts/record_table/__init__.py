"""Lists of records with real links, drawn from text nodes only."""
