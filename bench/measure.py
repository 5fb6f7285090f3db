"""Runs a command and prints, as one JSON object, the seconds it took, the processor seconds, and its peak memory in bytes."""

import json
import os
import subprocess
import sys
import time

begin = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
secs = time.perf_counter() - begin
if status != 0:
    sys.exit(f"{sys.argv[1]} ended with status {os.waitstatus_to_exitcode(status)}")
# macOS counts bytes, Linux kibibytes.
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"secs": secs, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak}))
