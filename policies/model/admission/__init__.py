"""What an API server refuses of an object that its schema allows, as functions over values.

They follow the validation of Kubernetes (https://github.com/kubernetes/kubernetes/tree/master/pkg/apis) kind by kind. Like the server,
which decodes before it validates, they look only at values of the right shape: of another shape the policy schema-manifest-is-valid
speaks. Absent, null and empty are the same here, as they are in the server's own structures.
"""
