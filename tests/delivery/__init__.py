"""What Argo CD does with a repository."""
