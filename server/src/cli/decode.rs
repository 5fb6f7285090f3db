//! `weir decode`: flow-log files to JSON lines, without a lake. What cannot be read is said and does not stop the rest.

mod explain;

use crate::cli::Fault;
use crate::events::chain;
use crate::ndjson;
use clap::Args;
use explain::Form;
use flowlog::{Coverage, Decoder, Fields, Format, Limits, Tally, Want};
use lake::parquet_lines;
use serde::Serialize;
use std::error::Error;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::unpack::{UnpackLimits, Unpacker};

/// The largest file that is read: AWS closes flow-log files at 75 MB, and a file is held in memory.
const FILE_BYTES: u64 = 2 << 30;
/// Text given to the decoder at once, so that few rows wait in memory.
const SLICE_BYTES: usize = 1 << 20;
/// Rows after which lines are written.
const BATCH_ROWS: usize = 16_384;
/// Most lines set aside that the summary names, over all files; the rest are counted.
const NAMED_LINES: usize = 10_000;
/// The path that means standard input.
const STDIN: &str = "-";

/// Print the records of flow-log files as JSON, one per line.
///
/// Fields have their AWS names and stand in the order of the file's header; numbers are numbers, "-" is null; tag values
/// stay percent-encoded. NODATA and SKIPDATA records are printed too, with their log-status. Without a header line 14
/// values are the default VPC format and 36 the default transit gateway format; any other needs --format. A timestamp
/// before each record (exports of CloudWatch Logs) is skipped, and records in the JSON of Firehose and of CloudWatch
/// Logs subscriptions are unwrapped.
///
/// The last line on stderr is a summary: {"records":…,"nodata":…,"skipdata":…,"set_aside":[{"object","line","why"}],
/// "set_aside_total":…}. Ends with 1 when a file could not be read.
#[derive(Debug, Args)]
pub struct Decode {
    /// Files to decode, text, gzip, zstd or Parquet; - is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The fields of records that have no header line above them, in order
    ///
    /// Field names separated by blanks or commas, or the LogFormat that describe-flow-logs prints:
    /// '${version} ${account-id} ${srcaddr}' (in single quotes, so that the shell leaves it alone).
    #[arg(long, visible_alias = "record-format", value_name = "FIELDS", value_parser = Format::parse)]
    pub format: Option<Format>,

    /// Print what each column is and how that was found out, instead of the records
    #[arg(long)]
    pub explain: bool,
}

/// The last line on stderr.
#[derive(Debug, Default, Serialize)]
struct Summary {
    records: u64,
    nodata: u64,
    skipdata: u64,
    set_aside: Vec<Line>,
    /// All lines set aside, also beyond the first 10 000 that are named.
    set_aside_total: u64,
}

/// A line that could not be read.
#[derive(Debug, Serialize)]
struct Line {
    object: String,
    line: u64,
    why: String,
}

/// What stops one file.
enum Stop {
    /// The file; the others go on.
    File(String),
    /// The reader of our output has gone away: nothing more is wanted.
    Output(io::Error),
}

impl Decode {
    /// Runs the command.
    ///
    /// # Errors
    /// When standard output cannot be written. A closed pipe is no error but the end.
    pub fn run(self) -> Result<ExitCode, Fault> {
        let stdout = io::stdout();
        let mut files = Files::new(stdout.lock(), self.format, self.explain);
        let mut unreadable = false;
        for path in &self.paths {
            match files.decode(path) {
                Ok(()) => {}
                Err(Stop::File(why)) => {
                    unreadable = true;
                    eprintln!("error: {why}");
                }
                Err(Stop::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
                    return Ok(ExitCode::SUCCESS);
                }
                Err(Stop::Output(error)) => {
                    return Err(Fault::io("cannot write to standard output", &error, "is the disk full?"));
                }
            }
        }
        let summary = serde_json::to_string(&files.summary)
            .map_err(|error| Fault::new(format!("cannot write the summary: {error}"), ""))?;
        eprintln!("{summary}");
        Ok(if unreadable { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// Where the records go.
struct Output<W> {
    to: W,
    lines: Vec<u8>,
    /// Whether only the columns are asked for.
    explain: bool,
}

/// Decodes file after file into one output.
struct Files<W> {
    unpacker: Unpacker,
    decoder: Decoder,
    output: Output<W>,
    summary: Summary,
}

impl<W: Write> Files<W> {
    fn new(to: W, format: Option<Format>, explain: bool) -> Self {
        let want = Want { fields: Fields::All, coverage: Coverage::InLine };
        let decoder = Decoder::new(want, Limits { samples: NAMED_LINES, ..Limits::default() });
        Files {
            unpacker: Unpacker::new(UnpackLimits::default()),
            decoder: match format {
                Some(format) => decoder.with_format(format),
                None => decoder,
            },
            output: Output { to, lines: Vec::new(), explain },
            summary: Summary::default(),
        }
    }

    fn decode(&mut self, path: &Path) -> Result<(), Stop> {
        let name = path.to_string_lossy();
        let bytes = read(path).map_err(|error| Stop::File(format!("cannot read {name}: {error}")))?;
        let Files { unpacker, decoder, output, .. } = self;
        let mut broken = None;
        let mut take = |text: &[u8]| {
            for slice in text.chunks(SLICE_BYTES) {
                if broken.is_none() {
                    decoder.push(slice);
                    broken = output.hand_on(decoder, BATCH_ROWS).err();
                }
            }
        };
        let form = Form::of(&bytes);
        let cannot = |why: &dyn Error| Stop::File(format!("cannot decode {name}: {}", chain(why)));
        let unpacked = match form {
            Form::Parquet => {
                parquet_lines::lines(bytes.into(), &Fields::All, &mut take).map_err(|e| cannot(&e))
            }
            Form::Text(_) => unpacker.unpack(&name, &bytes, &mut take).map(|_| ()).map_err(|e| cannot(&e)),
        };
        self.decoder.finish();
        let flushed = self.output.hand_on(&mut self.decoder, 1);
        let mut tally = self.decoder.take_tally();
        if form == Form::Parquet {
            parquet_lines::without_header(&mut tally);
        }
        self.count(&name, tally);
        broken.map_or(flushed, Err).map_err(Stop::Output)?;
        let layouts = self.decoder.take_layouts();
        if self.output.explain {
            let page = explain::page(&name, form, &layouts);
            self.output.to.write_all(page.as_bytes()).map_err(Stop::Output)?;
        }
        unpacked
    }

    fn count(&mut self, object: &str, tally: Tally) {
        let summary = &mut self.summary;
        summary.records += tally.records;
        summary.nodata += tally.nodata;
        summary.skipdata += tally.skipdata;
        summary.set_aside_total += tally.set_aside;
        let room = NAMED_LINES.saturating_sub(summary.set_aside.len());
        summary.set_aside.extend(tally.samples.into_iter().take(room).map(|sample| Line {
            object: object.to_owned(),
            line: sample.line,
            why: sample.why.to_string(),
        }));
    }
}

impl<W: Write> Output<W> {
    /// Writes the decoder's rows when there are at least `least`.
    fn hand_on(&mut self, decoder: &mut Decoder, least: usize) -> io::Result<()> {
        if decoder.rows() < least {
            return Ok(());
        }
        let rows = decoder.take();
        if self.explain {
            return Ok(());
        }
        self.lines.clear();
        ndjson::write(&rows, &mut self.lines);
        self.to.write_all(&self.lines)?;
        self.to.flush()
    }
}

/// The whole file, or standard input, up to [`FILE_BYTES`].
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == STDIN {
        io::stdin().lock().take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > FILE_BYTES {
        let limit = format!("it is larger than {} GB", FILE_BYTES >> 30);
        return Err(io::Error::new(ErrorKind::FileTooLarge, limit));
    }
    Ok(bytes)
}
