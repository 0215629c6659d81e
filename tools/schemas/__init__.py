"""Make policies/schemas/*.json from the published schemas of Kubernetes and of four sets of custom resources.

`python -m tools.schemas.generate` writes them, `--check` compares. Nothing here runs when manifests are checked.
"""
