"""Prepare a freshly forked child, then become the real program.

Runs as ``python -I -S exec_shim.py PARENT READY_FD NICE DATA_BYTES OOM ARGV…`` between the fork and the program, so
that nothing of ours has to run inside a forked copy of a multi-threaded launcher (as ``preexec_fn`` would do).
Costs about 20 ms; imports no more than it needs and nothing of ours.

It reports through READY_FD: end of file there means that the program runs; a number is the errno that prevented it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time

PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h
UNLIMITED = -1
AUTOGROUP_TRIES = 5


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the thread that forked us ends; leave at once if it has ended already."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def limit_data(limit_bytes: int) -> None:
    """Cap private writable memory (RLIMIT_DATA, bytes); a stricter cap that is already set stays."""
    if limit_bytes == UNLIMITED:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    cap = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (cap, cap))


def offer_to_oom_killer(adjustment: int) -> None:
    """Make the kernel take this process sooner when the machine's memory runs out (0..1000; 0: as any other)."""
    if adjustment <= 0:
        return
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(str(adjustment))
    except OSError as error:
        os.write(2, f"lodger: the out-of-memory preference was not set ({error}).\n".encode())


def give_way(nice: int) -> None:
    """Add ``nice`` to the niceness, and to that of the session's group.

    Where the kernel groups processes by session (``sched_autogroup_enabled``, the default of desktop kernels), a process's own
    niceness counts within its session only; between sessions the group's niceness decides. Source: sched(7).
    """
    if not nice:
        return
    os.nice(nice)
    for _ in range(AUTOGROUP_TRIES):
        try:
            with open("/proc/self/autogroup", "w") as file:
                file.write(str(nice))
        except BlockingIOError:  # the kernel takes ten of these a second from those who are not root
            time.sleep(0.12)
        except FileNotFoundError:
            return  # a kernel without session groups: the niceness above is all there is
        except OSError as error:
            os.write(2, f"lodger: the session's niceness was not set ({error}).\n".encode())
            return
        else:
            return


def restore_signals() -> None:
    """Give back the default actions that this interpreter took away: an ignored signal would survive exec."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def main() -> None:
    parent, ready_fd, nice, data_bytes, oom = (int(word) for word in sys.argv[1:6])
    argv = sys.argv[6:]
    die_with_parent(parent)
    os.set_inheritable(ready_fd, False)
    give_way(nice)
    offer_to_oom_killer(oom)
    restore_signals()
    limit_data(data_bytes)
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        os.write(ready_fd, str(error.errno or 0).encode())
        os._exit(127)


if __name__ == "__main__":
    main()
