"""Run trials of the simulator by seed, and say which broke an invariant.

    python tests/simulator/seeds.py --seed 1234         one seed, as a failure names it
    python tests/simulator/seeds.py --seeds 10000       seeds 0 to 9999

Prints one line of JSON with what happened; ends with 1 when an invariant did not hold, after
the command that repeats each such seed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from meshdefense.simulator.campaign import Report, run_seeds
from meshdefense.simulator.faults import draw

CHUNK = 25


def _say(text: str) -> None:
    if text:
        sys.stderr.write(text + "\n")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, help="this one, and no other")
    parser.add_argument("--seeds", type=int, default=300, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.seed is not None:
        _say(str(draw(options.seed)))
        report = run_seeds([options.seed])
    else:
        report = Report()
        end = options.first + options.seeds
        chunks = [range(at, min(at + CHUNK, end)) for at in range(options.first, end, CHUNK)]
        with ProcessPoolExecutor(options.processes) as pool:
            for part in pool.map(run_seeds, chunks):
                report.add(part)
                for failure in part.failures:
                    _say(failure)
    if options.seed is not None:
        _say("\n".join(report.failures))
    found = {
        "seeds": report.seeds,
        "failed": len(report.failures),
        "steps": report.steps,
        "checks": report.checks,
        "longest_until_agreed_s": round(report.agreed_s),
        "cpu_s": round(report.cpu_s, 1),
        "happened": dict(sorted(report.happened.items())),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
