//! `weir decode`: flow-log files to JSON lines, without a lake. What cannot be read is said and does not stop the rest.

mod explain;

use crate::cli::Fault;
use crate::events::chain;
use crate::ndjson;
use bytes::Bytes;
use clap::Args;
use explain::Form;
use flowlog::{Coverage, Decoder, Fields, Format, Limits, Tally, Want};
use lake::parquet_lines::{self, ParquetFault};
use serde::Serialize;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::unpack::{UnpackError, UnpackLimits, Unpacker};

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
/// Logs subscriptions are unwrapped, also where
/// they are packed in base64 as Lambda, Kinesis and Firehose have them.
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
    File(Fault),
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
                    why.print();
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

/// Why the bytes of a file are not lines of a flow log, or not to their end.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    #[error(transparent)]
    Parquet(#[from] ParquetFault),
}

impl Unreadable {
    fn cure(&self) -> &'static str {
        match self {
            Self::Unpack(UnpackError::Truncated { .. } | UnpackError::Damaged { .. }) => {
                "fetch the file again; what could be read of it was printed"
            }
            Self::Unpack(UnpackError::TrailingGarbage { .. }) => {
                "fetch the file again, or cut off what follows the packed data; the records were printed"
            }
            Self::Unpack(UnpackError::Empty) => "fetch the file again; AWS delivers no empty files",
            Self::Unpack(UnpackError::TooLarge { .. }) => "flow-log files are far smaller; is this one?",
            Self::Unpack(UnpackError::NotText { .. } | UnpackError::PackedParquet { .. }) => {
                "unpack or convert it to plain text, gzip, zstd or Parquet"
            }
            Self::Parquet(ParquetFault::OtherColumns { .. } | ParquetFault::TooLarge { .. }) => {
                "is this a flow log's file?"
            }
            Self::Parquet(_) => "fetch the file again",
        }
    }
}

/// What to say of a file that the system does not give.
fn unread(path: &Path, error: &io::Error) -> Fault {
    let cure = match error.kind() {
        ErrorKind::NotFound => "check the path; it is seen from where weir was started",
        ErrorKind::PermissionDenied => "let the user weir runs as read the file",
        ErrorKind::IsADirectory => "give the files in it: FOLDER/*.log.gz",
        _ => "check the disk and the file",
    };
    Fault::io(format!("cannot read {}", path.display()), error, cure)
}

/// Where the records go.
struct Output<W> {
    to: W,
    lines: Vec<u8>,
    /// Whether only the columns are asked for.
    explain: bool,
    /// The fields of the present file that AWS has not documented and that are numbers.
    numbers: Vec<String>,
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
            output: Output { to, lines: Vec::new(), explain, numbers: Vec::new() },
            summary: Summary::default(),
        }
    }

    fn decode(&mut self, path: &Path) -> Result<(), Stop> {
        let name = path.to_string_lossy();
        let bytes = read(path).map_err(|error| Stop::File(unread(path, &error)))?;
        let mut form = Form::of(&bytes);
        let read = self.read_lines(bytes.into(), &mut form).map_err(Stop::Output)?;
        match &read {
            Ok(()) => self.decoder.finish(),
            // The line that the damage cut is none: its last value would be made up.
            Err(_) => self.decoder.cut(),
        }
        let flushed = self.output.hand_on(&mut self.decoder, 1);
        let mut tally = self.decoder.take_tally();
        if form == Form::Parquet {
            parquet_lines::without_header(&mut tally);
        }
        self.count(&name, tally);
        flushed.map_err(Stop::Output)?;
        let layouts = self.decoder.take_layouts();
        if self.output.explain {
            let page = explain::page(&name, form, &layouts);
            self.output.to.write_all(page.as_bytes()).map_err(Stop::Output)?;
        }
        read.map_err(|why| {
            Stop::File(Fault::new(format!("cannot decode {name}: {}", chain(&why)), why.cure()))
        })
    }

    /// Decodes the lines of a file of this form, and finds out that it is packed Parquet. Fails outright only where the
    /// output does.
    fn read_lines(&mut self, bytes: Bytes, form: &mut Form) -> io::Result<Result<(), Unreadable>> {
        let Files { unpacker, decoder, output, .. } = self;
        let (mut bytes, mut written) = (bytes, Ok(()));
        let mut take = |output: &mut Output<W>, text: &[u8]| {
            for slice in text.chunks(SLICE_BYTES) {
                if written.is_ok() {
                    decoder.push(slice);
                    written = output.hand_on(decoder, BATCH_ROWS);
                }
            }
        };
        output.numbers.clear();
        let mut read = Ok(());
        if *form != Form::Parquet {
            let unpacked = match unpacker.unpack(&bytes, &mut |text| take(output, text)) {
                Err(UnpackError::PackedParquet { .. }) => {
                    *form = Form::Parquet;
                    unpacker.whole(&bytes).map(|whole| bytes = whole.into())
                }
                unpacked => unpacked.map(|_| ()),
            };
            read = unpacked.map_err(Unreadable::from);
        }
        if *form == Form::Parquet && read.is_ok() {
            output.numbers = parquet_lines::undocumented_numbers(&bytes);
            read = parquet_lines::lines(bytes, &Fields::All, &mut |text| take(output, text))
                .map_err(Unreadable::from);
        }
        written.map(|()| read)
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
        ndjson::write(&rows, &self.numbers, &mut self.lines);
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
