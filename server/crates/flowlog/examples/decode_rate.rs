//! How fast text becomes columns on one core: records/s and MB/s of text, for all fields and for a timeline's
//! fields.
//!
//! The text is made here, of the shape of real logs: 400 interfaces, a quarter of the peers public, 7 %
//! rejects. `cargo run --release -p flowlog --example decode_rate`

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use flowlog::{Coverage, Decoder, FIELDS, Fields, Limits, Want};

const RECORDS: usize = 200_000;

/// Runs of each case; the median is printed.
const RUNS: usize = 15;

/// Text pushed between two takes: what a caller that keeps its columns in the cache does.
const PIECE_BYTES: usize = 512 * 1024;

/// The fields that a timeline stacked by action or protocol reads.
const TIMELINE: [&str; 6] = ["start", "end", "action", "protocol", "bytes", "packets"];

/// Pseudo-random numbers of no quality, the same in every run (a multiplicative congruence, high bits used).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Small numbers often, large ones seldom.
    fn skewed(&mut self, bound: u64) -> u64 {
        let below = self.below(bound) + 1;
        self.below(below)
    }
}

/// An object of this flow log version (2 or 5) as AWS delivers it to S3, header line included.
fn object(version: u8) -> String {
    let names: Vec<&str> =
        FIELDS.iter().take(54).filter(|field| field.version <= version).map(|field| field.name).collect();
    let mut text = names.join(" ") + "\n";
    let mut dice = Dice(7);
    for at in 0..RECORDS {
        let _ = writeln!(text, "{}", record(&mut dice, version, 1_790_000_000 + at as u64 / 400));
    }
    text
}

fn record(dice: &mut Dice, version: u8, now: u64) -> String {
    let interface = dice.skewed(400);
    let mine = format!("10.0.{}.{}", interface / 200, interface % 200 + 4);
    let public = dice.below(4) == 0;
    let peer = match (public, dice.skewed(20_000), dice.below(400)) {
        (true, n, _) => format!("{}.{}.{}.{}", n % 222 + 1, n * 7 % 256, n * 31 % 256, n * 131 % 256),
        (false, _, n) => format!("10.0.{}.{}", n / 200, n % 200 + 4),
    };
    let ingress = dice.below(2) == 0;
    let (src, dst) = if ingress { (&peer, &mine) } else { (&mine, &peer) };
    let service = [443, 80, 5432, 6379, 22, 53, 3306, 8080][dice.skewed(8) as usize];
    let (high, packets) = (32_768 + dice.below(28_000), dice.skewed(400) + 1);
    let (srcport, dstport) = if dice.below(2) == 0 { (service, high) } else { (high, service) };
    let protocol = if service == 53 { 17 } else { 6 };
    let bytes = packets * (40 + dice.below(1400));
    let (start, end) = (now, now + dice.below(60));
    let action = if dice.below(100) < 7 { "REJECT" } else { "ACCEPT" };
    let mut line = format!(
        "{version} 123456789012 eni-{:017x} {src} {dst} {srcport} {dstport} {protocol} {packets} {bytes} {start} {end} \
         {action} OK",
        interface * 0x9E37_79B9_7F4A
    );
    if version > 2 {
        let instance = if interface.is_multiple_of(5) { "-".into() } else { format!("i-{interface:017x}") };
        let flags = [2, 3, 19, 18, 16, 0][dice.below(6) as usize];
        let service = if public && interface.is_multiple_of(7) { "S3" } else { "-" };
        let (direction, path) = if ingress { ("ingress", "-") } else { ("egress", "1") };
        let _ = write!(
            line,
            " vpc-0abcdef0123456789 subnet-{:017x} {instance} {flags} IPv4 {src} {dst} us-east-1 use1-az{} - - \
             {service} - {direction} {path}",
            interface % 12,
            interface % 3 + 1
        );
    }
    line
}

/// Decodes the object once; returns the rows, so that nothing is optimised away.
fn decode(text: &[u8], fields: &Fields) -> usize {
    let want = Want { fields: fields.clone(), coverage: Coverage::Aside };
    let mut decoder = Decoder::new(want, Limits::default());
    let mut rows = 0;
    for piece in text.chunks(PIECE_BYTES) {
        decoder.push(piece);
        rows += black_box(decoder.take()).rows;
    }
    decoder.finish();
    rows + decoder.take().rows
}

fn median_run(text: &[u8], fields: &Fields) -> Duration {
    let mut runs: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            assert_eq!(decode(text, fields), RECORDS);
            started.elapsed()
        })
        .collect();
    runs.sort_unstable();
    runs[RUNS / 2]
}

fn main() {
    println!("{:<28} {:>12} {:>8} {:>10}", "", "records/s", "MB/s", "ns/record");
    let timeline = Fields::Only(TIMELINE.map(String::from).to_vec());
    for version in [2, 5] {
        let text = object(version);
        for (name, fields) in [("all fields", &Fields::All), ("timeline's six fields", &timeline)] {
            let secs = median_run(text.as_bytes(), fields).as_secs_f64();
            let (records, megabytes) = (RECORDS as f64 / secs, text.len() as f64 / secs / 1e6);
            let label = format!("v{version}, {name}");
            println!("{label:<28} {records:>12.0} {megabytes:>8.0} {:>10.1}", secs * 1e9 / RECORDS as f64);
        }
    }
}
