//! How fast objects become text, and text becomes columns, with nothing stored: `decode_speed DIR [RUNS]` prints one
//! JSON object of medians. `make bench` sets it beside other programs on the same files.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use flowlog::{Coverage, Decoder, Fields, Limits, Want};
use store::unpack::{UnpackLimits, Unpacker};

type Failure = Box<dyn Error + Send + Sync>;

/// Rows after which the columns are handed on and begun anew, as ingest does.
const BATCH_ROWS: usize = 65_536;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let folder = args.first().ok_or("usage: decode_speed DIR [RUNS]")?;
    let runs = args.get(1).map_or(Ok(5), |n| n.parse())?;
    let objects = objects_under(Path::new(folder))?;
    let threads = thread::available_parallelism()?.get();

    let text_bytes = AtomicU64::new(0);
    let unpack_secs = median(runs, || {
        text_bytes.store(0, Ordering::Relaxed);
        each_object(&objects, threads, |unpacker, bytes| {
            text_bytes.fetch_add(unpacker.unpack(bytes, &mut |_| ())?, Ordering::Relaxed);
            Ok(())
        })
    })?;
    let records = AtomicU64::new(0);
    let decode_secs = median(runs, || {
        records.store(0, Ordering::Relaxed);
        each_object(&objects, threads, |unpacker, bytes| {
            records.fetch_add(decode(unpacker, bytes)?, Ordering::Relaxed);
            Ok(())
        })
    })?;
    println!(
        r#"{{"objects":{},"threads":{threads},"records":{},"text_bytes":{},"unpack_secs":{unpack_secs:.4},"decode_secs":{decode_secs:.4}}}"#,
        objects.len(),
        records.into_inner(),
        text_bytes.into_inner(),
    );
    Ok(())
}

/// Decodes one object into columns of every field and drops them; the number of records.
fn decode(unpacker: &mut Unpacker, bytes: &[u8]) -> Result<u64, Failure> {
    let mut decoder =
        Decoder::new(Want { fields: Fields::All, coverage: Coverage::Aside }, Limits::default());
    let mut rows = 0;
    unpacker.unpack(bytes, &mut |text| {
        decoder.push(text);
        if decoder.rows() >= BATCH_ROWS {
            rows += decoder.take().rows;
        }
    })?;
    decoder.finish();
    rows += decoder.take().rows;
    Ok(rows as u64)
}

/// Hands every object to `work`, on as many threads as there are cores.
fn each_object(
    objects: &[PathBuf],
    threads: usize,
    work: impl Fn(&mut Unpacker, &[u8]) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut unpacker = Unpacker::new(UnpackLimits::default());
        while let Some(path) = objects.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(&mut unpacker, &fs::read(path)?)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })
}

/// Median seconds of `runs` runs.
fn median(runs: usize, mut work: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let mut took = Vec::with_capacity(runs);
    for _ in 0..runs.max(1) {
        let start = Instant::now();
        work()?;
        took.push(start.elapsed().as_secs_f64());
    }
    took.sort_by(f64::total_cmp);
    Ok(took.get(took.len() / 2).copied().unwrap_or_default())
}

/// Every `.gz` file below a folder, sorted.
fn objects_under(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = vec![];
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if fs::metadata(&path)?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "gz") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
