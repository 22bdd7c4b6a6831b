"""Lines of log are made as the product makes them: the library's own way spends long on the trace of an error."""

from __future__ import annotations

import structlog

from scripts.logs import processors

structlog.configure(processors=processors())
