"""What a policy is, how policies are found, and how they are run over worlds."""
