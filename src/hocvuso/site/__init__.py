"""The learner's site: pages, answers interface, Voila inside."""
