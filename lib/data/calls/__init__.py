"""One function for each public Convex function, by aggregate; all but this file is generated."""
