# The two commands that a newcomer needs: `make run` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help run demo check test prove bench
PORT ?= 8000
export PORT
unexport PYTHONDONTWRITEBYTECODE
python := .venv/bin/python

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the portal with its demo world (PORT=8000, the demo identity provider on the next one)
	@.ci/environment requirements.txt
	@exec $(python) -m portal.launch --end-with-parent

demo: ## make the demo world anew, dated from today
	@.ci/environment requirements.txt
	@exec $(python) -m portal.launch --anew

check: ## format, lint, types, contracts, templates, migrations: under a minute
	@.ci/environment requirements-dev.txt
	@.ci/check

test: ## what CI runs: every test, the figures they found, under ten minutes
	@.ci/environment requirements-dev.txt
	@.ci/test

prove: ## the long runs and the benchmarks; writes docs/figures.json
	@.ci/environment requirements-dev.txt
	@.ci/prove

bench: ## speed and weight beside the minimal page, in one run
	@.ci/environment requirements-dev.txt
	@test -e bench/__main__.py || { echo "The benchmarks are missing: there is no bench/__main__.py in this checkout." >&2; exit 1; }
	@exec $(python) -m bench
