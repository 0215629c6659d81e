"""The cdk8s app: what `cdk8s synth` runs (see cdk8s.yaml)."""

import sys

from crema.generators.app import main

if __name__ == "__main__":
    sys.exit(main())
