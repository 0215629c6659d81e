"""From a build to a commit: the lock of images moved, git, GitHub and registries. `crema image` and `crema services` are made of it."""
