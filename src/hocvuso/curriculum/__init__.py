"""The framework: topics, lessons and competences as data."""
