# make run   set up what is missing and serve the site at http://127.0.0.1:8000 (PORT= for another)
# make test  set up what is missing and run the whole suite on SQLite, and what touches a backend again
#            on PostgreSQL, Redis and S3; make test-scaled does the latter, in the browser too
PORT ?= 8000
PYTHON ?= python3
SIDE_BY_SIDE ?= 3  # tests; each has its share of the cores
PARALLEL = -n $(SIDE_BY_SIDE) --dist loadfile --no-loadscope-reorder
SCALED = tests/gallery tests/security  # the engine knows of no backend
BIN = .venv/bin
# Whatever the machine says: compiled anew, each process would start some seconds later
export PYTHONDONTWRITEBYTECODE =

PO = $(wildcard locale/*/LC_MESSAGES/*.po)

.PHONY: run test test-scaled test-faults bench bench-site bench-mix bench-optimise bench-provenance setup messages clean

run: .venv/run.done $(PO:.po=.mo)
	@echo "== database, static files, samples"
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(BIN)/python manage.py make_certificate
	@LOG_LEVEL=WARNING $(BIN)/python manage.py make_samples
	@$(BIN)/python manage.py serve --port $(PORT)

test: .venv/dev.done $(PO:.po=.mo)
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@echo "== tests on SQLite, a layer in memory and a folder"
	$(BIN)/pytest $(PARALLEL)
	@echo "== tests on PostgreSQL, Redis and S3"
	BACKENDS=scaled $(BIN)/pytest $(PARALLEL) $(SCALED)

test-scaled: .venv/dev.done $(PO:.po=.mo)
	BACKENDS=scaled $(BIN)/pytest $(PARALLEL) -m "scaled or not browser" tests/browser $(SCALED)

bench: .venv/dev.done
	$(BIN)/python -m benchmarks.stylebank
	$(BIN)/python -m benchmarks.site
	$(BIN)/python -m benchmarks.browse

# Eight minutes; LOAD="--site one --part pages" for a part, see docs/load.md
bench-site: .venv/dev.done
	$(BIN)/python -m benchmarks.load $(LOAD)

# What the suite does in a minute, at length: see docs/faults.md
test-faults: .venv/dev.done
	FAULTS=long $(BIN)/pytest -s tests/faults

# Needs chromium, as the browser tests do
bench-mix: .venv/dev.done
	$(BIN)/python -m benchmarks.mixing

# Needs what is not in the repository: TEACHERS= and PAINTINGS= name folders, see docs/optimisation.md
bench-optimise: .venv/dev.done
	$(BIN)/python -m benchmarks.optimise --teachers $(TEACHERS) --paintings $(PAINTINGS) \
		--plot docs/pictures/optimisation.svg

bench-provenance: .venv/dev.done
	$(BIN)/python -m benchmarks.provenance

setup: .venv/dev.done $(PO:.po=.mo)

%.mo: %.po | .venv/run.done
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

# Words that are new in the code go into the catalogues, to be translated there; needs GNU gettext
IGNORE = --ignore=.venv --ignore=var --ignore=tests --ignore=benchmarks --ignore='requirements*'
messages: .venv/run.done
	$(BIN)/python manage.py makemessages --all --add-location=file $(IGNORE) -e html,txt,py
	$(BIN)/python manage.py makemessages --all --add-location=file $(IGNORE) -d djangojs

.venv/run.done: requirements.txt
	@echo "== Python packages into .venv (some minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --no-compile -r requirements.txt
	@touch $@

.venv/dev.done: requirements-dev.txt .venv/run.done
	@echo "== Python packages for tests into .venv"
	@$(BIN)/pip install --no-compile -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv var
