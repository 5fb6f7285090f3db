"""What a user would take instead, timed on the same files: DuckDB and ClickHouse (through chdb).

Prints one JSON object: seconds by name (medians), sizes in bytes, and the totals that Weir must agree with.
"""

import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import time

import duckdb

NUMBERS = {
    "version": "Int32", "srcport": "Int32", "dstport": "Int32", "protocol": "Int32", "tcp-flags": "Int32",
    "packets": "Int64", "bytes": "Int64", "start": "Int64", "end": "Int64",
}
# The Overview's pictures as a user of SQL would ask for them. DuckDB's are the kinder form: they bin by start, where
# Weir also spreads each record over the minutes it spans.
QUESTIONS = {
    "summary": """select sum("bytes"), sum("packets"), count(*), count(*) filter ("action" = 'REJECT'), count(distinct "interface-id") from {table}""",
    "timeline": 'select "action", "protocol", ("start" // 300) * 300 as bucket, sum("bytes"), sum("packets"), count(*) from {table} group by all',
    "heatmap": "select \"dstport\", (\"start\" // 300) * 300 as bucket, count(*) from {table} where \"action\" = 'REJECT' group by all order by 3 desc limit 1000",
    "talkers": 'select "srcaddr", "dstaddr", "dstport", sum("bytes") from {table} group by all order by 4 desc limit 20',
    "one address": "select \"action\", (\"start\" // 300) * 300 as bucket, sum(\"bytes\") from {table} where \"srcaddr\" = '10.0.0.5' group by all",
}


def median(runs, work):
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def duck(files, args, secs, facts):
    con = duckdb.connect()
    con.execute(f"set threads = {args.threads}")
    text = f"read_csv({files!r}, delim = ' ', header = true, nullstr = '-')"
    parquet = os.path.join(args.work, "duckdb.parquet")
    timeline = QUESTIONS["timeline"].format(table=text)
    secs["duckdb gz to timeline"] = median(args.runs, lambda: con.execute(timeline).fetchall())
    store = f"copy (select * from {text}) to '{parquet}' (format parquet, compression zstd)"
    secs["duckdb gz to parquet"] = median(args.runs, lambda: con.execute(store))
    for name, sql in QUESTIONS.items():
        question = sql.format(table=f"'{parquet}'")
        secs[f"duckdb {name}"] = median(args.runs, lambda: con.execute(question).fetchall())
    facts["duckdb parquet bytes"] = os.path.getsize(parquet)
    totals = con.execute(f"""select count(*), sum("bytes"), sum("packets"), count(*) filter ("action" = 'REJECT') from '{parquet}'""").fetchone()
    facts.update(zip(("records", "bytes", "packets", "rejected"), map(int, totals)))


def clickhouse(files, args, secs, facts):
    header = subprocess.run(["gzip", "-dc", files[0]], capture_output=True, check=True).stdout.split(b"\n", 1)[0].decode()
    columns = ", ".join(f"`{name}` {NUMBERS.get(name, 'String')}" for name in header.split())
    sql = (
        "select action, protocol, intDiv(start, 300) * 300 as bucket, sum(bytes), sum(packets), count() "
        f"from file('{os.path.abspath(args.dir)}/**/*.log.gz', 'CustomSeparatedWithNames', '{columns}') group by all "
        f"settings max_threads = {args.threads}, format_custom_field_delimiter = ' ', "
        "format_custom_escaping_rule = 'CSV', format_custom_row_after_delimiter = '\\n'"
    )
    count = f"b = chdb.query({sql!r}, 'CSV').bytes().decode(); assert sum(int(l.split(',')[-1]) for l in b.splitlines()) == {facts['records']}"
    run = lambda code: subprocess.run([sys.executable, "-c", f"import chdb; {code}"], check=True, stdout=subprocess.DEVNULL)
    start_up = median(args.runs, lambda: run("chdb.query('select 1')"))
    secs["clickhouse gz to timeline"] = median(args.runs, lambda: run(count)) - start_up


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir")
    parser.add_argument("--work", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    files = sorted(glob.glob(f"{args.dir}/**/*.log.gz", recursive=True)) or sys.exit(f"no .log.gz under {args.dir}")
    secs, facts = {}, {"duckdb": duckdb.__version__}
    duck(files, args, secs, facts)
    try:
        import chdb
    except ImportError:
        chdb = None
    if chdb:
        facts["clickhouse"] = str(chdb.engine_version)
        clickhouse(files, args, secs, facts)
    print(json.dumps({"secs": secs, "facts": facts}))


main()
