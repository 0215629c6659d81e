"""The services as they run in the cluster: what their Dockerfiles copy, with the variables, names and routes of dist/local."""
