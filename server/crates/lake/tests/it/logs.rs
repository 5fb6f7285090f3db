//! A folder of hand-made logs and the naive truth about them.

use contract::{Filter, Moment, Span, View};
use lake::{Feed, Lake, Mode};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The default format.
pub const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
/// 2026-11-20T00:00:00Z.
pub const DAY: i64 = 1_795_132_800;

/// One record of the naive truth.
#[derive(Clone, Debug)]
pub struct Record {
    pub interface: usize,
    pub src: u8,
    pub dst: u8,
    pub srcport: u16,
    pub dstport: u16,
    pub bytes: u64,
    pub packets: u64,
    pub start: i64,
    pub end: i64,
    pub reject: bool,
}

impl Record {
    pub fn line(&self) -> String {
        format!(
            "2 123456789012 eni-{:017x} 10.0.0.{} 10.0.1.{} {} {} 6 {} {} {} {} {} OK\n",
            self.interface,
            self.src,
            self.dst,
            self.srcport,
            self.dstport,
            self.packets,
            self.bytes,
            self.start,
            self.end,
            if self.reject { "REJECT" } else { "ACCEPT" },
        )
    }
}

/// A repeatable stream of numbers (Knuth's MMIX generator).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Records over some hours, many of them crossing minutes and hours.
pub fn records(seed: u64, count: usize, hours: u64) -> Vec<Record> {
    let mut numbers = Numbers(seed);
    let ports = [443, 5_432, 22, 8_080, 40_000];
    (0..count)
        .map(|_| {
            let start = DAY + numbers.below(hours * 3_600) as i64;
            Record {
                interface: numbers.below(7) as usize,
                src: numbers.below(9) as u8,
                dst: numbers.below(9) as u8,
                srcport: 32_768 + numbers.below(20_000) as u16,
                dstport: ports[numbers.below(5) as usize],
                bytes: numbers.below(1 << 30),
                packets: numbers.below(5_000),
                start,
                end: start + numbers.below(600) as i64,
                reject: numbers.below(4) == 0,
            }
        })
        .collect()
}

/// A folder in AWS's layout and a data folder beside it.
pub struct Place {
    pub dir: TempDir,
}

impl Place {
    pub fn new() -> Place {
        Place { dir: tempfile::tempdir().unwrap() }
    }

    pub fn logs(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Writes an object of the window that begins at `stamp`; plain text, which is read as it is.
    pub fn put(&self, stamp: i64, hash: u32, content: &[u8]) -> PathBuf {
        let at = contract::human::utc(stamp);
        let folder = self
            .logs()
            .join("AWSLogs/123456789012/vpcflowlogs/us-east-1")
            .join(format!("{:04}/{:02}/{:02}", at.year, at.month, at.day));
        fs::create_dir_all(&folder).unwrap();
        let name = format!(
            "123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_{:04}{:02}{:02}T{:02}{:02}Z_{hash:08x}.log.gz",
            at.year, at.month, at.day, at.hour, at.minute
        );
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes records into objects by the five-minute window of their end.
    pub fn put_records(&self, records: &[Record]) {
        let mut windows: std::collections::BTreeMap<i64, String> = std::collections::BTreeMap::new();
        for record in records {
            windows
                .entry(record.end / 300 * 300)
                .or_insert_with(|| format!("{HEADER}\n"))
                .push_str(&record.line());
        }
        for (hash, (stamp, text)) in windows.into_iter().enumerate() {
            self.put(stamp, hash as u32, text.as_bytes());
        }
    }

    pub async fn source(&self) -> Feed {
        let options = store::Options::default();
        store::open(&self.logs().to_string_lossy(), &options).await.unwrap().into()
    }

    pub async fn ingested(&self) -> Lake {
        let lake = Lake::open(&self.data(), Mode::Write).unwrap();
        lake.ingest(&self.source().await, None).await.unwrap();
        lake
    }
}

/// A view over seconds of the day.
pub fn view(from: i64, to: i64, filter: &str) -> View {
    View {
        from: Moment::At(DAY + from),
        to: Moment::At(DAY + to),
        filter: Filter::parse(filter).unwrap(),
        ..View::default()
    }
}

/// What a record gives to each second of its span, added up over `[from, to)` by the definition: the running total
/// of evenly flowing bytes, rounded down.
pub fn within(record: &Record, total: u64, span: Span) -> u64 {
    let secs = (record.end - record.start + 1) as u128;
    let before = |moment: i64| {
        let elapsed = (moment.clamp(record.start, record.end + 1) - record.start) as u128;
        (u128::from(total) * elapsed / secs) as u64
    };
    before(span.to) - before(span.from)
}

/// Whether the file exists.
pub fn exists(path: &Path) -> bool {
    path.try_exists().unwrap()
}
