"""Starts a command that dies with the process that asked for it, even when that one is killed with SIGKILL.

Run as a script: `python -I -S tether.py PARENT_PID SIGNAL COMMAND…` (signal 0: none). Being the process that then
becomes the command, it can set the parent-death signal without running Python between fork and exec of a threaded
parent. Linux keeps the setting across exec. It fires when the *thread* that started us ends, so a supervisor starts
its children from threads that live as long as it does.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, signal_number, *command = arguments
    if sys.platform == "linux" and int(signal_number):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal_number))
    # The parent may have died before the signal was set: then nobody would ever send it.
    if os.getppid() != int(parent):
        sys.exit(f"the process {parent} that started this one is gone")
    os.execvp(command[0], command)  # noqa: S606  no shell is what we want


if __name__ == "__main__":
    main(sys.argv[1:])
