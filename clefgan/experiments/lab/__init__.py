"""The lab: challenges whose leak is set by hand, and how well methods see it."""
