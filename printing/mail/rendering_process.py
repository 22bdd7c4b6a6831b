"""The process apart in which merchants' templates are filled in: `python -m printing.mail.rendering_process FD`.

It keeps one child, which answers request after request. A template that takes too much time or memory ends that child
and nothing else; the next one stands ready in a few milliseconds, for everything is loaded here already.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys

import msgspec

from printing.mail.example import example_facts
from printing.mail.protocol import Answer, Request, receive, send
from printing.mail.rendering import check_template, write
from printing.mail.sandbox import BadTemplate
from printing.mail.standard import Source

CPU_SECONDS = 0.3  # that one request may take; the longest template there may be takes 0.2 to be read
NICE = 5
MEMORY = 96 << 20  # bytes that it may take beyond what is loaded

_ENDED = Answer(fault="it takes too much time or memory")
_requests = msgspec.json.Decoder(Request)


def main() -> None:
    """Lets a child answer, and another one where that was ended, until the other side is gone."""
    os.nice(NICE)  # whoever waits for an answer goes before whoever tries a template
    channel = socket.socket(fileno=int(sys.argv[1]))
    check_template(Source("", ""))  # loads what is loaded only when it is needed
    example_facts()
    while True:
        child = os.fork()
        if child == 0:
            _bound_memory()
            _serve(channel)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return
        send(channel, _ENDED)


def _serve(channel: socket.socket) -> None:
    """Answers requests; the operating system ends this process where one takes longer than it may."""
    while message := receive(channel):
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        answer = _answer(_requests.decode(message))
        signal.setitimer(signal.ITIMER_PROF, 0)
        send(channel, answer)


def _answer(request: Request) -> Answer:
    source = Source(request.subject, request.html, request.text)
    try:
        written = check_template(source, request.names) if request.kind == "check" else write(source, request.facts)
    except BadTemplate as fault:
        return Answer(pointer=fault.pointer, line=int(fault.details["line"]), fault=str(fault.details["fault"]))
    except (MemoryError, RecursionError) as fault:
        return Answer(fault=f"it is nested too deeply, or takes too much memory ({type(fault).__name__})")
    return Answer(written=(written.subject, written.html, written.text))


def _bound_memory() -> None:
    with open("/proc/self/statm") as file:
        loaded = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (loaded + MEMORY, loaded + MEMORY))


if __name__ == "__main__":
    main()
