"""Top of a page: breadcrumb, title, facts, drawn as text nodes only."""
