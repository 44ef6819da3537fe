"""Tables of records with real links, drawn as text nodes only."""
