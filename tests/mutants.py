"""Mutants of the domain: small changes of its code, each of which some test has to notice.

`python -m tests.mutants [NUMBER] [SEED]` tries a sample (docs/campaigns.md) and lists those that nothing noticed. It
needs what `requirements-mutants.txt` pins, which is in no other lock.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SURVIVED = (0, 5, 33)  # its tests noticed nothing, or no test reaches it


def mutmut(*words: str) -> None:
    """Runs the tool where this environment's own packages are found."""
    subprocess.run([sys.executable, "-m", "mutmut", *words], cwd=ROOT, check=False)


def exit_codes() -> dict[str, int | None]:
    """What the tests of each mutant ended with; None where it was not tried."""
    found: dict[str, int | None] = {}
    for file in sorted((ROOT / "mutants").rglob("*.meta")):
        found |= json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    return found


def main(number: int = 400, seed: int = 1) -> int:
    """Tries a sample of so many mutants, prints the score by module and each survivor's change; 1 below nine in ten."""
    mutmut("run", "none.at.all")  # writes the mutants down, and which test reaches which function
    names = sorted(exit_codes())
    sample = sorted(random.Random(seed).sample(names, min(number, len(names))))
    mutmut("run", *sample)
    codes = {name: code for name, code in exit_codes().items() if name in sample and code is not None}
    survivors = [name for name, code in codes.items() if code in SURVIVED]
    for name in survivors:
        mutmut("show", name)
    tried, left = (Counter(name.split(".x")[0] for name in group) for group in (codes, survivors))
    for module, count in sorted(tried.items()):
        print(f"{module}: {count - left[module]} of {count}")
    killed = len(codes) - len(survivors)
    print(f"{killed} of {len(codes)} mutants were noticed: {killed / max(1, len(codes)):.1%}")
    return 0 if killed >= 0.9 * len(codes) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
