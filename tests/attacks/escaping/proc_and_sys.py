"""What the machine obeys in /proc and /sys: core patterns, sysrq, cgroup agents, its own limits.

A success: any of them can be written, or a limit can be raised.
"""

CELLS = {
    "tong": """
import ctypes, glob, os, resource
def lo(): print("LO " + b"chim-thoatra-90ab3de1".hex())
for duong in ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger",
              "/proc/sys/vm/drop_caches",
              "/proc/sys/kernel/hostname", "/proc/1/oom_score_adj", "/sys/kernel/uevent_helper", "/dev/kmsg",
              "/dev/mem",
              *glob.glob("/sys/fs/cgroup/**/release_agent", recursive=True)[:5],
              *glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True)[:5]]:
    try:
        os.close(os.open(duong, os.O_WRONLY)); lo()
    except OSError:
        pass
for ten in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    mem, cung = resource.getrlimit(ten)
    try:
        if cung != resource.RLIM_INFINITY:
            resource.setrlimit(ten, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); lo()
    except (OSError, ValueError):
        pass
try:
    os.setpriority(os.PRIO_PROCESS, 0, -15); lo()
except OSError:
    pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
