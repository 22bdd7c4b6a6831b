"""What every test may ask for; fixtures of a capability stand in `tests/fixtures_*.py`, each of them named here."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

# Every run tries the same examples; campaigns try others each time.
settings.register_profile("suite", derandomize=True)
settings.load_profile("suite")

# The secret and the data folder of a developer's own installation never reach a test.
for name in [name for name in os.environ if name.startswith("CARNET_")]:
    del os.environ[name]

pytest_plugins = [f"tests.{file.stem}" for file in sorted(Path(__file__).parent.glob("fixtures_*.py"))]
