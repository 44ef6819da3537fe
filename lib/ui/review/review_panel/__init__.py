"""The panel beside the transcript in which a reviewer answers a rubric."""
