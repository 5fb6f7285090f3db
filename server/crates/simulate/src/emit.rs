//! Windows to objects: text, gzip, and the keys AWS gives them.
//! Knows nothing of what the records mean.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Scope, ScopedJoinHandle};

use jiff::Timestamp;
use libdeflater::{CompressionLvl, Compressor};

use crate::faults::Fault;
use crate::flow::{Cause, Record};
use crate::layout::Layout;
use crate::seed::Dice;
use crate::truth::Tally;
use crate::windows::Line;
use crate::world::{REGION, World};
use crate::{Settings, SimulateError};

/// Lines of the largest object: about what AWS packs into one, and small enough to be read in parallel.
const LINES_PER_OBJECT: usize = 40_000;
/// Objects that wait for a compressor; bounds memory when the disk is slow.
const WAITING_OBJECTS: usize = 4;
/// Threads that compress.
const COMPRESSORS: usize = 2;

/// An object ready to be compressed.
struct Object {
    path: PathBuf,
    text: Vec<u8>,
}

/// Writes objects; compression happens on threads of its own, which changes no byte.
pub(crate) struct Publisher<'scope> {
    objects: Option<SyncSender<Object>>,
    compressors: Vec<ScopedJoinHandle<'scope, Result<u64, SimulateError>>>,
    logs: PathBuf,
    layout: Layout,
    keys: Keys,
    flows: Option<TruthFlows>,
}

impl<'scope> Publisher<'scope> {
    /// A publisher below `out`, whose threads live as long as `scope`.
    pub(crate) fn start(
        scope: &'scope Scope<'scope, '_>,
        settings: &Settings,
        world: &World,
        out: &Path,
    ) -> Result<Self, SimulateError> {
        let layout = Layout::of(&settings.format)?;
        let flows = settings
            .truth_flows
            .then(|| TruthFlows::create(&out.join("truth-flows.ndjson.gz")))
            .transpose()?;
        let (sender, receiver) = sync_channel(WAITING_OBJECTS);
        let receiver = Arc::new(Mutex::new(receiver));
        let compressors = (0..COMPRESSORS)
            .map(|_| {
                let receiver = Arc::clone(&receiver);
                scope.spawn(move || compress_all(&receiver))
            })
            .collect();
        let keys = Keys::new(settings, world);
        Ok(Self { objects: Some(sender), compressors, logs: out.join("logs"), layout, keys, flows })
    }

    /// Publishes the lines of one window and tells the tally about each.
    pub(crate) fn window(
        &mut self,
        world: &World,
        from: i64,
        lines: &[Line],
        tally: &mut Tally,
    ) -> Result<(), SimulateError> {
        for chunk in lines.chunks(LINES_PER_OBJECT) {
            let (key, name) = self.keys.next(from)?;
            let mut text = Vec::with_capacity(chunk.len() * 256);
            text.extend_from_slice(self.layout.header().as_bytes());
            text.push(b'\n');
            for (place, line) in chunk.iter().enumerate() {
                self.layout.write(world, line, &mut text);
                tally.add(line);
                if let (Some(flows), Line::Flow(record)) = (&mut self.flows, line) {
                    flows.add(&name, place + 2, record);
                }
            }
            tally.add_object(text.len() as u64);
            let sent =
                self.objects.as_ref().map(|objects| objects.send(Object { path: self.logs.join(key), text }));
            if !matches!(sent, Some(Ok(()))) {
                // Both compressors gave up; the reason comes with `finish`.
                break;
            }
        }
        self.flows.as_mut().map_or(Ok(()), TruthFlows::flush)
    }

    /// Waits until everything is on disk; the number of compressed bytes.
    pub(crate) fn finish(mut self) -> Result<u64, SimulateError> {
        drop(self.objects.take());
        let mut stored = 0;
        for compressor in self.compressors.drain(..) {
            stored += compressor.join().map_err(|_| SimulateError::Compressor)??;
        }
        Ok(stored)
    }
}

fn compress_all(objects: &Mutex<Receiver<Object>>) -> Result<u64, SimulateError> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut stored = 0;
    loop {
        let next = objects.lock().map_err(|_| SimulateError::Compressor)?.recv();
        let Ok(Object { path, text }) = next else { return Ok(stored) };
        let packed = gzip(&mut compressor, &text)?;
        stored += packed.len() as u64;
        write_file(&path, &packed)?;
    }
}

fn gzip(compressor: &mut Compressor, text: &[u8]) -> Result<Vec<u8>, SimulateError> {
    let mut packed = vec![0; compressor.gzip_compress_bound(text.len())];
    let length = compressor.gzip_compress(text, &mut packed).map_err(|_| SimulateError::Compressor)?;
    packed.truncate(length);
    Ok(packed)
}

/// Writes a file and the folders above it.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), SimulateError> {
    let failed = |source| SimulateError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}

/// The keys of one flow log's objects (AWS, "Flow log files" in S3).
struct Keys {
    prefix: String,
    file: String,
    hive: bool,
    hourly: bool,
    dice: Dice,
}

impl Keys {
    fn new(settings: &Settings, world: &World) -> Self {
        let account = &world.account;
        let prefix = if settings.hive {
            format!("AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={REGION}/")
        } else {
            format!("AWSLogs/{account}/vpcflowlogs/{REGION}/")
        };
        let file = format!("{account}_vpcflowlogs_{REGION}_{}_", world.flow_log);
        let dice = Dice::stream(settings.seed, "objects");
        Self { prefix, file, hive: settings.hive, hourly: settings.hourly, dice }
    }

    /// The next key of a window, and its last two parts, `20261123T2050Z_3a9dfd9d`, by which the truth names it.
    fn next(&mut self, from: i64) -> Result<(String, String), SimulateError> {
        let at = Timestamp::from_second(from).map_err(|_| SimulateError::EndOutOfRange { end: from })?;
        let folder = match (self.hive, self.hourly) {
            (false, false) => "%Y/%m/%d/",
            (false, true) => "%Y/%m/%d/%H/",
            (true, false) => "year=%Y/month=%m/day=%d/",
            (true, true) => "year=%Y/month=%m/day=%d/hour=%H/",
        };
        let name = format!("{}_{:08x}", at.strftime("%Y%m%dT%H%MZ"), self.dice.bits() as u32);
        Ok((format!("{}{}{}{name}.log.gz", self.prefix, at.strftime(folder), self.file), name))
    }
}

/// The optional second truth: one JSON line per record, so that inferences can be checked record by record.
struct TruthFlows {
    path: PathBuf,
    file: fs::File,
    text: Vec<u8>,
    compressor: Compressor,
}

impl TruthFlows {
    fn create(path: &Path) -> Result<Self, SimulateError> {
        let file = fs::File::create(path)
            .map_err(|source| SimulateError::Write { path: path.to_owned(), source })?;
        let compressor = Compressor::new(CompressionLvl::default());
        Ok(Self { path: path.to_owned(), file, text: Vec::new(), compressor })
    }

    fn add(&mut self, object: &str, line: usize, record: &Record) {
        let hop = &record.hop;
        let (client, server) =
            if record.answer { (hop.pkt_dst, hop.pkt_src) } else { (hop.pkt_src, hop.pkt_dst) };
        let direction = if hop.ingress { "ingress" } else { "egress" };
        let port = record.service_port();
        // Writing to a Vec cannot fail.
        let _ = writeln!(
            self.text,
            "{{\"object\":\"{object}\",\"line\":{line},\"client\":\"{client}\",\"server\":\"{server}\",\
             \"service-port\":{port},\"direction\":\"{direction}\"{}}}",
            refused_by(record)
        );
    }

    /// One gzip member per window.
    fn flush(&mut self) -> Result<(), SimulateError> {
        if self.text.is_empty() {
            return Ok(());
        }
        let packed = gzip(&mut self.compressor, &self.text)?;
        self.text.clear();
        self.file
            .write_all(&packed)
            .map_err(|source| SimulateError::Write { path: self.path.clone(), source })
    }
}

/// The member that says what stopped a refused record; empty for accepted ones.
fn refused_by(record: &Record) -> String {
    let told = match record.cause {
        _ if record.accept => return String::new(),
        Cause::Fault(place) => Fault::ALL.get(place).map_or("", |fault| fault.layer().name()),
        Cause::Scan(_) => "scanner",
        Cause::Late => "late-packet",
        Cause::Ordinary | Cause::Unexplained => "",
    };
    format!(",\"refused-by\":\"{told}\"")
}
