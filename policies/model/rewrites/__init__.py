"""What changes a request's path on its way to a back end: one file for each controller's spelling of a rewrite."""
