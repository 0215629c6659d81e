# The verbs of this repository. Each sets up what it needs first, in .venv/ and .tools/ and nowhere else; the second
# time that takes no time and no network. Needs sh, GNU make 3.81 or newer, git, and Python 3.11 or newer
# (PYTHON=… names one).

.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
.PHONY: help synth check test lint schemas bench lock clean

setup := sh tools/setup.sh
python := .venv/bin/python
pytest := $(python) -m pytest -p tools.not_run --not-run-notes=.tools/not-run.txt

help:
	@printf '%s\n' \
	  'make synth     synthesise dist/ from charts/, for every environment' \
	  'make check     prove that dist/ is what charts/ say and that the platform works' \
	  'make test      run every test' \
	  'make lint      ruff and mypy --strict only' \
	  'make schemas   generate policies/schemas/ anew from the pinned sources' \
	  'make bench     measure how long synthesis and checks take' \
	  'make lock      write Pipfile.lock anew after a change of the Pipfile (needs pipenv)' \
	  'make clean     remove what the set-up and the tools made (.venv/, .tools/, .crema/, caches)' \
	  '' \
	  'The first synth takes up to 2 minutes, the first test up to 30. PYTHON=/path/to/python3.12 names the Python to use.'

synth:
	@$(setup) python
	@.venv/bin/crema synth

check:
	@$(setup) python
	@.venv/bin/crema synth --check
	@.venv/bin/crema check --as-of "$$(git log -1 --format=%cs 2>/dev/null || date +%Y-%m-%d)"

lint:
	@$(setup) dev
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

# What needs only Python runs first and stops the run when it is red. Each part says at its end which tests did not run.
test: lint
	@rm -f .tools/not-run.txt
	$(pytest) -m 'not engine'
	@$(setup) go cdk8s-cli
	GO="$(CURDIR)/.tools/bin/go" $(pytest) -m engine

schemas:
	@$(setup) dev go
	GO="$(CURDIR)/.tools/bin/go" $(python) -m tools.schemas.generate

bench:
	@$(setup) dev
	@bench/run

lock:
	@$(setup) python
	@$(python) tools/lock.py

clean:
	rm -rf .venv .tools .crema .mypy_cache .ruff_cache .pytest_cache .hypothesis build crema.egg-info
