"""What holds for every test; what the tests of a folder may ask for stands in the folder's own `conftest.py`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Every run tries the same examples; campaigns try others each time. Mutants are tried by one process, twice.
settings.register_profile("suite", derandomize=True, suppress_health_check=[HealthCheck.differing_executors])
settings.load_profile("suite")

# The secret and the data folder of a developer's own installation never reach a test.
for name in [name for name in os.environ if name.startswith("CARNET_")]:
    del os.environ[name]
