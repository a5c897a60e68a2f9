# `just` lists everything. Nothing here needs more than uv.

default:
    @just --list

# everything that a change must pass
check: lint types contracts test

test *ARGS:
    uv run pytest {{ARGS}}

lint:
    uv run ruff check .
    uv run ruff format --check .

types:
    uv run mypy

contracts:
    uv run lint-imports

# format, and fix what can be fixed
fix:
    uv run ruff check --fix .
    uv run ruff format .

demo:
    uv run meshdefense demo

# take new texts into the catalogues, then make what the program reads of them
translate:
    uv run python tests/support/catalogue_files.py extract
    uv run python tests/support/catalogue_files.py compile

# long runs: every test with more kills, a million frames of a flood and 2,000 hostile members, and
# an hour of fuzzing for each decoder (half a day on two cores; skipped where atheris cannot be had),
# then a hundred million mutated inputs from a fresh seed,
# then 10,000 trials of the simulator with everything that can go wrong
nightly:
    MESHDEFENSE_NIGHTLY=1 uv run --group fuzz pytest
    uv run python tests/protocol/fuzz.py --seed $(date +%s) --scale 100
    uv run python tests/simulator/seeds.py --seeds 10000

# delete the checks that promises rest on, then turn round every condition of the modules that
# decide who is believed: does any test notice? With --own-only after `generic.py` it takes ten minutes.
mutations *MODULES:
    uv run python tests/mutations/run.py
    uv run python tests/mutations/generic.py {{MODULES}}

# some bars are broken, and each script says so with exit code 1: the next one runs all the same.
# Mutants and the trust figures come from `mutations` and `nightly`.
# all other figures of docs/benchmarks.md, about 40 minutes on two cores
bench:
    -uv run python benchmarks/frame_bytes.py
    -uv run python benchmarks/receive_path.py
    -uv run python benchmarks/startup.py
    -uv run python benchmarks/demo_latency.py
    -uv run python benchmarks/fragments.py
    -uv run python benchmarks/engine.py
    -uv run python benchmarks/simulator.py
    -uv run python benchmarks/at_rest.py
    -uv run python benchmarks/rekey.py
    -uv run python benchmarks/attacks.py
    -uv run python benchmarks/streets.py
    -uv run python benchmarks/provisioning.py
    -uv run python benchmarks/airtime_plan.py
    -uv run --group bench python benchmarks/map_frame.py
    -uv run --group bench python benchmarks/screens.py
    -uv run --group bench python benchmarks/delivery.py

# all scenarios, 30 runs each, beside flooding: docs/benchmarks/delivery.md and its pictures; 4 min
bench-delivery *ARGS:
    uv run --group bench python benchmarks/delivery.py {{ARGS}}

# what the screens cost: keys, commits, start, memory, idling, bytes; about ten minutes
bench-screens *ARGS:
    uv run --group bench python benchmarks/screens.py {{ARGS}}
