"""Delete each check that a promise rests on, and see whether its test notices.

    python tests/mutations/run.py [NUMBER ...] [--page]

Without numbers all promises of promises.toml. Prints each check that nobody missed, and ends with
1 when there is one. With --page it only writes the table of tests into docs/threat-model.md.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from mutations.listed import Check, Proof, read_proofs
from mutations.sandbox import FAILED, PASSED, ROOT, FoundError, Sandbox, mutated

__all__ = ["MARKS", "PAGE", "broken", "page_with", "try_check", "unproven"]

PAGE: Final = ROOT / "docs" / "threat-model.md"
MARKS: Final = ("<!-- made by tests/mutations/run.py --page -->\n", "<!-- end of it -->\n")


def broken(sandbox: Sandbox, tests: Sequence[str]) -> list[str]:
    """Those of the tests that do not pass in the tree as it is."""
    wanted = sorted(set(tests))
    if sandbox.run(wanted) == PASSED:
        return []
    return [test for test in wanted if sandbox.run([test]) != PASSED]


def try_check(sandbox: Sandbox, check: Check) -> str:
    """What is wrong with a check: nothing when its test fails without it."""
    try:
        source = (sandbox.folder / check.file).read_text(encoding="utf-8")
        changed = mutated(source, check.find, check.put)
    except (OSError, FoundError) as error:
        return f"{check.file}: {error}"
    with sandbox.changed(check.file, changed):
        code = sandbox.run([check.test])
    if code == FAILED:
        return ""
    if code == PASSED:
        return f"nobody misses it: {check.test} passes without it"
    return f"pytest ended with {code} and no verdict:\n{sandbox.output[-2000:]}"


def unproven(sandbox: Sandbox, checks: Sequence[Check]) -> list[str]:
    """Try checks one by one; returns those that failed, in words."""
    found = []
    failing = broken(sandbox, [check.test for check in checks])
    for check in checks:
        begun = time.monotonic()
        if check.test in failing:
            why = f"{check.test} does not pass with it"
        else:
            why = try_check(sandbox, check)
        took = time.monotonic() - begun
        sys.stdout.write(f"{check.number:3} {took:5.1f} s  {check.what}\n")
        if why:
            found.append(f"{check.number}: {check.what}: {why}")
    return found


def page_with(proofs: Sequence[Proof], text: str) -> str:
    """The page with the table of tests between its marks. ValueError without marks."""
    rows = ["| promise | tests | checks |\n", "| --- | --- | --- |\n"]
    for proof in proofs:
        tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in proof.tests)
        checks = "; ".join(check.what for check in proof.checks)
        rows.append(f"| {proof.number} | {tests} | {checks} |\n")
    begin, end = MARKS
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError("the page has lost its marks")
    return re.sub(
        f"{re.escape(begin)}.*{re.escape(end)}",
        lambda _: begin + "\n" + "".join(rows) + "\n" + end,
        text,
        flags=re.S,
    )


def main(arguments: Sequence[str]) -> int:
    """Run the program; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("number", nargs="*", type=int, help="only these promises")
    parser.add_argument("--page", action="store_true", help="write the table of tests instead")
    given = parser.parse_args(arguments)
    proofs = read_proofs()
    if given.page:
        PAGE.write_text(page_with(proofs, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    chosen = [one for one in proofs if not given.number or one.number in given.number]
    checks = [check for proof in chosen for check in proof.checks]
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as sandbox:
        found = unproven(sandbox, checks)
    for line in found:
        sys.stdout.write(f"NOT PROVEN {line}\n")
    sys.stdout.write(f"{len(checks) - len(found)} of {len(checks)} checks are missed when gone\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
