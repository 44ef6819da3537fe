"""Review: queues, claims, rubrics, results."""
