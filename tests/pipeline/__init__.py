"""The pipeline: what it asks of git, GitHub and registries, against stand-ins of them and against the real things."""
