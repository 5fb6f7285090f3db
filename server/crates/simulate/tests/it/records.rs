//! Lines: what each says by itself, and what they add up to.

use super::*;

#[test]
fn totals_of_the_truth_equal_the_files() {
    let run = run();
    let mut nodata = 0;
    let mut skipdata = 0;
    let mut sums = Count::default();
    let mut by: [BTreeMap<String, Count>; 4] = Default::default();
    for record in &run.records {
        match record["log-status"].as_str() {
            "NODATA" => nodata += 1,
            "SKIPDATA" => skipdata += 1,
            _ => {
                let one = Count {
                    records: 1,
                    packets: number(record, "packets") as u64,
                    bytes: number(record, "bytes") as u64,
                };
                let fields = ["action", "protocol", "interface-id", "flow-direction"];
                let groups = by
                    .iter_mut()
                    .zip(fields)
                    .map(|(map, field)| map.entry(record[field].clone()).or_default());
                for count in groups.chain([&mut sums]) {
                    count.records += one.records;
                    count.packets += one.packets;
                    count.bytes += one.bytes;
                }
            }
        }
    }
    let totals = &run.truth.totals;
    assert_eq!((totals.flows, totals.nodata, totals.skipdata), (sums, nodata, skipdata));
    let protocols: BTreeMap<_, _> = run.truth.by_protocol.iter().map(|(k, v)| (k.to_string(), *v)).collect();
    let [action, protocol, interface, direction] = by;
    assert_eq!(run.truth.by_action, action);
    assert_eq!(protocols, protocol);
    assert_eq!(run.truth.by_interface, interface);
    assert_eq!(run.truth.by_direction, direction);
    assert_eq!(Some(totals.first_start), flows(run).map(|record| number(record, "start")).min());
    assert_eq!(Some(totals.last_end), flows(run).map(|record| number(record, "end")).max());
    let texts = objects_of(run.folder.path());
    assert_eq!(totals.objects, texts.len() as u64);
    assert_eq!(totals.text_bytes, texts.values().map(|text| text.len() as u64).sum::<u64>());
    let stored: usize = files_of(&run.folder.path().join("logs")).values().map(Vec::len).sum();
    assert_eq!(totals.stored_bytes, stored as u64);
    assert!(nodata > 0 && sums.records > 100_000, "{totals:?}");
}

#[test]
fn every_record_is_in_the_object_of_its_end() {
    let run = run();
    for record in &run.records {
        let stamp: jiff::Timestamp = {
            let text = &record["stamp"];
            let (day, time) = (&text[..8], &text[9..13]);
            format!("{}-{}-{}T{}:{}:00Z", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..])
                .parse()
                .unwrap()
        };
        let after = number(record, "end") - stamp.as_second();
        assert!((0..300).contains(&after), "{record:?}");
    }
}

#[test]
fn numbers_of_a_record_are_possible() {
    for record in flows(run()) {
        let (packets, bytes) = (number(record, "packets"), number(record, "bytes"));
        assert!(packets > 0 && bytes >= packets * 28 && bytes <= packets * 9_029, "{record:?}");
        let length = number(record, "end") - number(record, "start");
        assert!((0..=60).contains(&length), "{record:?}");
        let flags = number(record, "tcp-flags");
        let tcp = record["protocol"] == "6";
        assert!(if tcp { [0, 1, 2, 3, 4, 6, 18, 19].contains(&flags) } else { flags == 0 }, "{record:?}");
        assert_eq!(record["traffic-path"] == "-", record["flow-direction"] == "ingress", "{record:?}");
        let late_or_opening = record["action"] == "ACCEPT" || !tcp || [0, 1, 2, 4, 18].contains(&flags);
        assert!(late_or_opening, "{record:?}");
    }
}

#[test]
fn conversations_inside_the_vpc_are_logged_at_both_ends() {
    let run = run();
    let (web, app) = (addresses_of(run, "web"), addresses_of(run, "app"));
    let mut ends: HashMap<_, [u32; 2]> = HashMap::new();
    for record in flows(run) {
        let there = web.contains(&record["srcaddr"]) && app.contains(&record["dstaddr"]);
        let back = app.contains(&record["srcaddr"]) && web.contains(&record["dstaddr"]);
        // The last minutes may be cut off at one end by the end of the span.
        if (there || back) && number(record, "end") < run.truth.end - 5 {
            let key =
                ["srcaddr", "dstaddr", "srcport", "dstport", "packets", "bytes"].map(|field| &record[field]);
            ends.entry(key).or_default()[usize::from(record["flow-direction"] == "ingress")] += 1;
        }
    }
    let lonely = ends.values().filter(|[egress, ingress]| egress != ingress).count();
    assert!(ends.len() > 1_000, "{}", ends.len());
    // SKIPDATA and the span's edges lose a few.
    assert!(lonely * 100 < ends.len(), "{lonely} of {}", ends.len());
}

#[test]
fn a_nat_gateway_logs_four_records_and_the_instance_two() {
    let run = run();
    let interfaces = inventory(run, "network-interfaces.json");
    let nats: BTreeMap<_, _> = interfaces["NetworkInterfaces"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|interface| interface["InterfaceType"] == "nat_gateway")
        .map(|one| (one["NetworkInterfaceId"].as_str().unwrap(), one["PrivateIpAddress"].as_str().unwrap()))
        .collect();
    let mut shapes = BTreeSet::new();
    for record in flows(run) {
        let Some(addr) = nats.get(record["interface-id"].as_str()) else { continue };
        assert_eq!(record["instance-id"], "-");
        assert!(record["srcaddr"] == *addr || record["dstaddr"] == *addr, "{record:?}");
        let (src, dst) =
            (record["srcaddr"] != record["pkt-srcaddr"], record["dstaddr"] != record["pkt-dstaddr"]);
        shapes.insert((record["flow-direction"].as_str(), src, dst));
    }
    let expected = [
        ("egress", false, false),
        ("egress", true, false),
        ("ingress", false, false),
        ("ingress", false, true),
    ];
    assert_eq!(shapes, BTreeSet::from(expected));
}

#[test]
fn silence_is_reported_only_where_nothing_was_logged() {
    let run = run();
    let mut busy: HashMap<&str, Vec<(i64, i64)>> = HashMap::new();
    for record in flows(run) {
        busy.entry(&record["interface-id"])
            .or_default()
            .push((number(record, "start"), number(record, "end")));
    }
    for record in run.records.iter().filter(|record| record["log-status"] == "NODATA") {
        let (start, end) = (number(record, "start"), number(record, "end"));
        let spans = busy.get(record["interface-id"].as_str()).map_or(&[][..], Vec::as_slice);
        assert!(spans.iter().all(|(from, to)| *to < start || *from > end), "{record:?}");
        assert!(["srcaddr", "bytes", "action", "tcp-flags"].iter().all(|field| record[*field] == "-"));
    }
}

#[test]
fn the_truth_of_every_record_names_its_line() {
    let run = run();
    let packed = std::fs::read(run.folder.path().join("truth-flows.ndjson.gz")).unwrap();
    let mut text = String::new();
    let mut rest = &packed[..];
    while !rest.is_empty() {
        // One member per window; none unpacks to more than this.
        let mut member = vec![0; 8 << 20];
        let (used, length) = member_of(rest, &mut member);
        text.push_str(std::str::from_utf8(&member[..length]).unwrap());
        rest = &rest[used..];
    }
    assert_eq!(text.lines().count() as u64, run.truth.totals.flows.records);
    let objects = objects_of(run.folder.path());
    for line in text.lines().step_by(997) {
        let told: Value = serde_json::from_str(line).unwrap();
        let object = objects
            .iter()
            .find(|(path, _)| path.to_str().unwrap().contains(told["object"].as_str().unwrap()));
        let record = object.unwrap().1.lines().nth(told["line"].as_u64().unwrap() as usize - 1).unwrap();
        for end in ["client", "server", "direction"] {
            assert!(record.contains(told[end].as_str().unwrap()), "{told} {record}");
        }
        let stopped = told["refused-by"].as_str();
        assert_eq!(stopped.is_some(), record.contains(" REJECT "), "{told} {record}");
        assert_ne!(stopped, Some(""), "{told}");
    }
}

/// Unpacks the first gzip member; how many bytes it took and gave. The member's end is found by trying the
/// places where the next one starts.
fn member_of(packed: &[u8], into: &mut [u8]) -> (usize, usize) {
    let starts = (1..packed.len()).filter(|at| packed[*at..].starts_with(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]));
    for end in starts.chain([packed.len()]) {
        if let Ok(length) = Decompressor::new().gzip_decompress(&packed[..end], into) {
            return (end, length);
        }
    }
    panic!("no complete gzip member")
}
