"""Serves ministack with the arguments of hypercorn, and ends with whoever started it, however that ends.

Standard input is a pipe from the parent that nobody writes to: it closes when the parent is gone. The server and the
processes of its functions share a process group of their own, and end together.
"""

import os
import runpy
import signal
import sys
import threading


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
runpy.run_module("hypercorn", run_name="__main__", alter_sys=True)
