# Quarry's commands. Each does its own set-up; what is there already is kept, so that a second call takes seconds.
#   make run     sets up and starts everything; Ctrl-C stops it (GPU=cuda, metal or vulkan: see docs/models.md)
#   make test    linters, types, unit, model and browser tests
#   make bench   speed, measured on this machine
#   make lint    linters and types only
#   make setup   only the set-up of `make run`
#   make clean   removes what the set-up made; the data in ./var stays

.PHONY: run test bench lint setup clean
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
ifeq ($(strip $(PYTHON)),)
$(error Quarry needs Python 3.11 or newer, and none is on the path. Debian, Ubuntu: apt install python3 python3-venv)
endif

run: setup
	@exec .venv/bin/python manage.py up

setup:
	@"$(PYTHON)" infra/setup run

test:
	@"$(PYTHON)" infra/setup test

lint:
	@"$(PYTHON)" infra/setup lint

bench:
	@"$(PYTHON)" infra/setup bench
	@exec .venv/bin/python -m tests.bench

clean:
	rm -rf .venv .cache frontend/node_modules frontend/dist
