"""What Argo CD does with a repository: which Applications there are, what each reads, and what it may apply."""
