# The verbs of the project. Each installs what it needs first; running one twice costs nothing.
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.set-up
CODE   := config sip mixer recorder flows engine
ARGS   ?=
FUZZ_SECONDS ?= 600
HEARD  ?= 1000000
CONFIG ?= earshot.toml

.PHONY: demo serve test check fuzz check-native set-up set-up-test bench bench-sip clean

demo: set-up            ## one real contact, end to end, with three independent phones
	$(PY) -m bench.demo $(ARGS)

serve: set-up           ## run the engine until SIGTERM; writes a starter configuration when there is none
	$(VENV)/bin/earshot serve --config $(CONFIG) --starter $(ARGS)

test: set-up-test check ## everything: lint, types, arrows, unit tests, then whole calls with strangers, one at a time
	@failed=0; \
	$(PY) -m pytest -m "not call" --numprocesses $$(($$(nproc) + 1)) --dist loadfile $(ARGS) || failed=1; \
	$(PY) -m pytest -m call $(ARGS) || failed=1; \
	exit $$failed

check: set-up           ## lint, types, import arrows, file sizes
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) -m pytest -q tests/test_arrows.py

fuzz: set-up-test        ## hostile octets and bad wires, FUZZ_SECONDS in all; HEARD changes of who hears whom; new each time
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(PY) -m tests.fuzz.run --seconds $$(($(FUZZ_SECONDS) * 3 / 5)) $(ARGS)
	$(PY) -m tests.native.fuzz --seconds $$(($(FUZZ_SECONDS) / 5))
	SIMULATION=$$(date +%s):$$(($(FUZZ_SECONDS) * 2)) $(PY) -m pytest -q tests/simulation
	HEARING=$$(date +%s):$(HEARD) $(PY) -m pytest -q tests/mixer/test_hearing.py

check-native: set-up-test ## the C tests under ASan + UBSan, then under TSan; hostile input, the same each time
	$(PY) -m tests.native.sanitize
	$(PY) -m tests.native.fuzz

bench: set-up           ## the figures of the README
	$(PY) -m bench.calls --calls 50 --seconds 10 --record --json $(ARGS)

bench-sip: set-up-test  ## what setting up a call costs, with SIPp at both ends
	$(PY) -m bench.sip --json $(ARGS)

set-up: $(STAMP)        ## the console, too; without Node the engine serves everything but that
	@$(PY) -m engine.web.build || true
set-up-test: set-up
	@sh .ci/packages test

$(STAMP): pyproject.toml .ci/packages .ci/python $(wildcard mixer/native/*.c mixer/native/*.h)
	@sh .ci/packages run
	@test -x $(PY) || { echo "earshot: creating $(VENV)"; "$$(sh .ci/python)" -m venv $(VENV); }
	@echo "earshot: installing Python packages and building the media core"
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build ./*.egg-info mixer/*.so
