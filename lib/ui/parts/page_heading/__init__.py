"""Top of a page: breadcrumb, name, facts, drawn from text nodes only."""
