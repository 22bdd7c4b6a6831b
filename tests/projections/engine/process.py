"""A process that runs the engine or a rebuild on the invented views, for tests that kill it."""

from __future__ import annotations

import sys
from threading import Event

from projections.engine.filling import Source
from projections.engine.rebuild import Rebuild
from projections.secrets import Secrets
from tests.projections.engine.loads import Loads
from tests.projections.engine.parcels import Moves, Parcels
from workers.projecting import Projecting


def main(task: str, database_url: str, secret_key: str) -> None:
    source = Source(database_url, Secrets((secret_key,)))
    if task == "rebuild":
        Rebuild(source, Parcels()).run()
        return
    log = source.log()
    Projecting(source, log, (Loads(),) if task == "loads" else (Parcels(), Moves())).start()
    print("started", flush=True)
    Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
