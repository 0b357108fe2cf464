"""Reads ratings.csv, sorts it by user and time (ties in the order of the file) and groups it by user, as an import does.

Usage: frames_import.py <pandas|polars> <ratings.csv>; prints one JSON object.
"""

import json
import resource
import sys
import time


def with_pandas(path):
    import pandas

    frame = pandas.read_csv(path)
    frame = frame.sort_values(["userId", "timestamp"], kind="stable")
    groups = {user: part for user, part in frame.groupby("userId", sort=False)}
    return pandas.__version__, len(groups)


def with_polars(path):
    import polars

    frame = polars.read_csv(path)
    frame = frame.sort(["userId", "timestamp"], maintain_order=True)
    groups = frame.group_by("userId", maintain_order=True).agg(polars.all())
    return polars.__version__, groups.height


def main():
    library, path = sys.argv[1:3]
    started = time.perf_counter()
    version, users = {"pandas": with_pandas, "polars": with_polars}[library](path)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"version": version, "seconds": seconds, "users": users, "peakMemoryBytes": peak}))


main()
