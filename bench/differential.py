"""What `weir decode` prints beside what an independent reader (flowlogs-reader from PyPI) makes of the same lines.

For development only: `pip install flowlogs-reader`, then `python bench/differential.py --weir target/release/weir FILE…`
(without files: the fixtures of the decoder). Every line that both read must mean the same; lines that only one of them
reads are listed. Ends with 1 when a value differs or a line is missing.
"""

import argparse
import calendar
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from flowlogs_reader import FlowRecord

FIXTURES = os.path.join(os.path.dirname(__file__), "../server/crates/flowlog/tests/corpus/*.log")
DEFAULT = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
).split()
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def text_of(path):
    """The text of a file, or None when it is not plain records: JSON, other formats, bytes that are not UTF-8."""
    with open(path, "rb") as file:
        data = file.read()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"{", b"[")) or b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def decoded(weir, path):
    """The records that weir prints, and the numbers of the lines it sets aside."""
    done = subprocess.run([weir, "decode", path], capture_output=True, text=True)
    if not done.stderr.strip():
        raise SystemExit(f"{path}: weir said nothing")
    summary = json.loads(done.stderr.splitlines()[-1])
    return [json.loads(line) for line in done.stdout.splitlines()], {line["line"] for line in summary["set_aside"]}


def lines_of(text):
    """Line number, values and the field names above them, for every line that holds values; headers end here."""
    names = DEFAULT
    for number, line in enumerate(text.split("\n"), 1):
        values = line.replace("\ufeff", "").split()
        if not values:
            continue
        if is_header(values):
            names = values
            continue
        yield number, values, names


def is_header(values):
    """Whether a line names fields: words only, and the first of them or most of them known to the other reader."""
    known = [value.replace("-", "_") in FlowRecord.__slots__ for value in values]
    return all(NAME.fullmatch(value) for value in values) and (known[0] or 2 * sum(known) > len(known))


def plain(record, name):
    """A value of the other reader as weir would print it."""
    value = getattr(record, name.replace("-", "_"))
    return calendar.timegm(value.utctimetuple()) if name in ("start", "end") and value is not None else value


def differences(ours, values, names):
    """The fields that the two readers do not agree on; None when the other reader cannot read the line."""
    try:
        theirs = FlowRecord.from_cwl_event(
            {"message": " ".join(values)}, fields=[name.replace("-", "_") for name in names]
        )
    except (ValueError, OverflowError, OSError):
        return None
    known = [name for name in names if name.replace("-", "_") in FlowRecord.__slots__]
    hyphenated = [(name, name.replace("_", "-")) for name in known]
    return [
        f"{ours_name}: {ours.get(ours_name)!r} / {plain(theirs, name)!r}"
        for name, ours_name in hyphenated
        if ours.get(ours_name) != plain(theirs, name)
    ]


def compare(weir, path):
    """Counts of lines that agree, that only weir reads, that it sets aside; and texts of what differs."""
    text = text_of(path)
    if text is None:
        return None
    records, set_aside = decoded(weir, path)
    agree, only_ours, aside, wrong = 0, 0, 0, []
    at = 0
    for number, values, _ in lines_of(text):
        if number in set_aside:
            aside += 1
            continue
        if re.match(r"\d{4}-\d\d-\d\dT", values[0]):
            values = values[1:]
        if at == len(records):
            wrong.append(f"{path}:{number}: no record for it")
            continue
        ours, at = records[at], at + 1
        found = differences(ours, values, list(ours))
        if found is None:
            only_ours += 1
        elif found:
            wrong.append(f"{path}:{number}: {'; '.join(found)}")
        else:
            agree += 1
        if len(values) != len(ours):
            wrong.append(f"{path}:{number}: {len(values)} values, {len(ours)} printed")
    if at != len(records):
        wrong.append(f"{path}: {len(records) - at} records more than lines")
    return agree, only_ours, aside, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default="target/release/weir")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    total, skipped, wrong = [0, 0, 0], 0, []
    for path in arguments.files or sorted(glob.glob(FIXTURES)):
        found = compare(arguments.weir, path)
        if found is None:
            skipped += 1
            continue
        total = [sum(pair) for pair in zip(total, found[:3])]
        wrong += found[3]
    print("\n".join(wrong), file=sys.stderr)
    agree, only_ours, aside = total
    print(
        f"{agree} lines mean the same to both, {only_ours} only weir reads, {aside} it sets aside, "
        f"{skipped} files are not plain records, {len(wrong)} differences"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
