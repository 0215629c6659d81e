// The schema of SARIF 2.1.0, which tests/policies/test_sarif.py reads out of this module's sources. Nothing here is built.
module crema/tests/policies/sarif_schema

go 1.24

require github.com/owenrumney/go-sarif/v3 v3.3.1
