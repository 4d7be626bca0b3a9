"""From a submission to the gradebook, the feedback and the result record."""
