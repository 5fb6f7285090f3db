//! The size worked out from decoded values against the size of the text: of random lines of all fields, and of a
//! simulated VPC's objects.
#![allow(clippy::unwrap_used, reason = "text that cannot be made or read fails the test")]

use std::io::Read as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use flowlog::text_size::{MISSING_BYTES, address_bytes, number_bytes};
use flowlog::{Batch, Column, Data, Decoder, FIELDS, FieldName, FieldSpec, Kind, Limits, Want};
use pricing::{Plan, PriceBook, Volume, what_if};
use proptest::prelude::*;

/// Bytes of the values of a decoded column.
fn column_bytes(column: &Column, rows: usize) -> u64 {
    let length = |row: usize| match &column.data {
        _ if column.nulls.as_ref().is_some_and(|nulls| !nulls.is_valid(row)) => MISSING_BYTES,
        Data::Int32(values) => number_bytes(values[row].into()),
        Data::Int64(values) => number_bytes(values[row]),
        Data::Address(column) => address_bytes(&column.get(row).unwrap_or_default()),
        Data::Text(values) => values.get(row).unwrap().len() as u64,
    };
    (0..rows).map(length).sum()
}

/// Adds decoded records as a lake would: a column at a time.
fn add(volume: &mut Volume, batch: &Batch) {
    volume.add_lines(batch.rows as u64);
    for (place, column) in batch.columns.iter().enumerate() {
        volume.add_values(place, column_bytes(column, batch.rows));
    }
}

fn value(kind: Kind) -> BoxedStrategy<String> {
    let number = |most: u64| (0..=most).prop_map(|number| number.to_string()).boxed();
    let some = match kind {
        Kind::Address => prop_oneof![
            any::<u32>().prop_map(|bits| Ipv4Addr::from(bits).to_string()),
            any::<u128>().prop_map(|bits| Ipv6Addr::from(bits).to_canonical().to_string()),
        ]
        .boxed(),
        Kind::Port => number(65_535),
        Kind::Protocol => number(255),
        Kind::Int32 => number(i32::MAX as u64),
        Kind::Int64 => number(i64::MAX as u64),
        Kind::Seconds => (1_000_000_000u64..9_999_999_999).prop_map(|secs| secs.to_string()).boxed(),
        Kind::Text => "[a-z0-9%:/._-]{2,60}".boxed(),
    };
    prop_oneof![4 => some, 1 => Just("-".to_owned())].boxed()
}

fn line(fields: &[&'static FieldSpec]) -> impl Strategy<Value = String> + use<> {
    let values: Vec<_> = fields
        .iter()
        .map(
            |field| {
                if field.name == "log-status" { Just("OK".to_owned()).boxed() } else { value(field.kind) }
            },
        )
        .collect();
    values.prop_map(|values| values.join(" "))
}

/// A format of some fields in any order, and lines of it.
fn text() -> impl Strategy<Value = (Vec<&'static str>, String)> {
    let fields =
        proptest::sample::subsequence(FIELDS.iter().collect::<Vec<_>>(), 2..=FIELDS.len()).prop_shuffle();
    fields.prop_flat_map(|fields| {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        prop::collection::vec(line(&fields), 1..20).prop_map(move |lines| {
            let text = [names.join(" ")].into_iter().chain(lines).collect::<Vec<_>>().join("\n") + "\n";
            (names.clone(), text)
        })
    })
}

proptest! {
    // Up to 72 fields by 20 lines each: few cases hold many values.
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_size_from_decoded_values_is_the_size_of_the_text((names, text) in text()) {
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        decoder.push(text.as_bytes());
        decoder.finish();
        let batch = decoder.take();
        let tally = decoder.take_tally();
        // Lines of dashes and words alone may be taken for headers or coverage: they are not what is tested.
        prop_assume!(tally.records == tally.lines - 1);
        prop_assert_eq!(&batch.columns.iter().map(|c| c.field.clone()).collect::<Vec<_>>(),
            &names.iter().map(|name| FieldName::new(name)).collect::<Vec<_>>());
        let mut volume = Volume::of(names.iter().copied());
        volume.add_object();
        add(&mut volume, &batch);
        prop_assert_eq!(volume.text_bytes(), text.len() as u64);

        // Without a field, the text is smaller by exactly what the field was said to cost.
        let place = names.len() / 2;
        let shorter: usize = text.lines().map(|line| {
            line.split(' ').enumerate().filter(|(at, _)| *at != place).map(|(_, value)| value.len() + 1).sum::<usize>()
        }).sum();
        prop_assert_eq!(volume.text_bytes() - volume.bytes_of(names[place]), shorter as u64);
    }
}

fn objects(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { objects(&path, found) } else { found.push(path) }
    }
}

/// The volume of an object by its decoded values.
fn object_volume(text: &str) -> Volume {
    // NODATA and SKIPDATA lines are no rows: their values are taken from the text, as they are from a Parquet object's
    // nulls.
    let (coverage, flows): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.contains(" NODATA") || line.contains(" SKIPDATA"));
    let mut decoder = Decoder::new(Want::default(), Limits::default());
    decoder.push((flows.join("\n") + "\n").as_bytes());
    decoder.finish();
    let mut volume = Volume::of(flows[0].split(' '));
    volume.add_object();
    add(&mut volume, &decoder.take());
    for line in &coverage {
        volume.add_lines(1);
        for (place, value) in line.split(' ').enumerate() {
            volume.add_values(place, value.len() as u64);
        }
    }
    volume
}

/// A simulated hour in this format, measured object by object; and the bytes the simulator says it wrote.
fn simulated(format: simulate::Format) -> (Volume, u64) {
    let folder = tempfile::tempdir().unwrap();
    let settings = simulate::Settings { format, ..simulate::Settings::new(7, 1, 1_763_856_000) };
    let truth = simulate::simulate(&settings, folder.path(), &mut |_| {}).unwrap();
    let mut found = Vec::new();
    objects(&folder.path().join("logs"), &mut found);
    let mut total = Volume::default();
    for path in found {
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let volume = object_volume(&text);
        assert_eq!(volume.text_bytes(), text.len() as u64);
        assert_eq!(volume.clone().measured(text.len() as u64).other_bytes, 0);
        total.merge(&volume);
    }
    assert_eq!(total.objects, truth.totals.objects);
    (total, truth.totals.text_bytes)
}

/// All 29 fields: simulated once for all tests.
static V5: LazyLock<(Volume, u64)> = LazyLock::new(|| simulated(simulate::Format::V5));

#[test]
fn a_simulated_hour_is_measured_to_the_byte() {
    let (volume, truth) = &*V5;
    assert!(volume.lines > 1_000, "{}", volume.lines);
    assert_eq!(volume.text_bytes(), *truth);
}

#[test]
fn the_price_of_a_field_is_what_a_log_without_it_saves() {
    let (volume, _) = &*V5;
    let out = ["pkt-srcaddr", "tcp-flags", "subnet-id"];
    let names =
        volume.fields.iter().map(|known| known.field.clone()).filter(|name| !out.contains(&name.as_str()));
    let (_, without) = simulated(simulate::Format::Custom(names.collect()));
    let saved: u64 = out.iter().map(|field| volume.bytes_of(field)).sum();
    assert_eq!(volume.text_bytes() - saved, without);
}

#[test]
fn fields_that_are_not_there_yet_are_estimated_within_a_tenth() {
    let (v2, now) = simulated(simulate::Format::V2);
    let (v5, then) = &*V5;
    let plan = Plan::new("fl-1", "1", "us-east-1", v2, 30.0);
    let told = what_if(&PriceBook::built_in().unwrap(), &plan, &[]);
    let added = v5.fields.iter().skip(14).map(|field| format!("with-{}", field.field));
    let more: u64 = added
        .map(|id| told.choices.iter().find(|choice| choice.id == id).unwrap().month_bytes - told.month_bytes)
        .sum();
    let error = (now + more) as f64 / *then as f64 - 1.0;
    assert!(error.abs() < 0.1, "{now} + {more} bytes for {then}: {error}");
}
