"""The world as policies see it: manifests read from files, and the paths between them."""
