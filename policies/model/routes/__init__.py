"""From a path that a person requests to the Service that answers: one file for each kind that routes."""
