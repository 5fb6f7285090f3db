//! What must hold for any text whatsoever: tried on the corpora by `replay.rs`, on made-up texts by the fuzz targets.
//! A check returns when all is well and panics otherwise.

use flowlog::{Batch, Coverage, Decoder, Fields, Format, Limits, Tally, Value, Want};

/// A number that depends on all of the text, so that a file alone says how it is cut and what is asked for.
fn seed(text: &[u8]) -> usize {
    let hash = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    (hash ^ hash >> 29) as usize
}

/// A choice of what to want and how much to allow, out of the seed's bits.
fn decoder(seed: usize) -> Decoder {
    let coverage = if seed & 1 == 0 { Coverage::Aside } else { Coverage::InLine };
    let fields = match seed >> 1 & 3 {
        0 => Fields::Only(["bytes", "account_id", "start", "srcaddr"].map(String::from).to_vec()),
        _ => Fields::All,
    };
    let limits = match seed >> 3 & 3 {
        0 => {
            Limits { line_bytes: 20 + (seed >> 8) % 200, samples: 3, header_columns: 20, distinct_values: 5 }
        }
        _ => Limits::default(),
    };
    let decoder = Decoder::new(Want { fields, coverage }, limits);
    match seed >> 5 & 7 {
        0 => decoder.with_format(Format::parse("version srcaddr dstport bytes").expect("names")),
        1 => decoder.with_format(Format::parse("interface-id flow-direction shiny").expect("names")),
        _ => decoder,
    }
}

fn finished(mut decoder: Decoder) -> (Batch, Tally) {
    decoder.finish();
    let rows = decoder.rows();
    let (batch, tally) = (decoder.take(), decoder.take_tally());
    assert_eq!(batch.rows, rows);
    (batch, tally)
}

/// Any text: every line is accounted for, every column has every row, and neither where the text is cut nor what was
/// decoded before changes anything.
pub fn lines(text: &[u8]) {
    let seed = seed(text);
    let mut whole = decoder(seed);
    whole.push(text);
    let (batch, tally) = finished(whole);
    assert_accounted(&batch, &tally, seed & 1 == 1);
    assert_whole(&batch);

    let mut cut = decoder(seed);
    text.chunks(1 + (seed >> 16) % 90).for_each(|chunk| cut.push(chunk));
    assert!((batch, tally) == finished(cut), "cut into chunks it decodes to something else");

    // An object behind another starts anew: nothing of the first may change what becomes of the second.
    let mut behind = decoder(seed);
    behind.push(text);
    behind.finish();
    let (_, first) = (behind.take(), behind.take_tally());
    behind.push(text);
    behind.finish();
    let (_, second) = (behind.take(), behind.take_tally());
    assert!(first == second, "behind another object it decodes to something else");
}

fn assert_accounted(batch: &Batch, tally: &Tally, in_line: bool) {
    let Tally { lines, headers, blank, records, nodata, skipdata, set_aside, .. } = *tally;
    assert_eq!(lines, headers + blank + records + nodata + skipdata + set_aside);
    let rows = if in_line { records + nodata + skipdata } else { records };
    assert_eq!(batch.rows as u64, rows);
    assert!(tally.samples.len() as u64 <= set_aside);
    assert!(tally.samples.is_sorted_by_key(|sample| sample.line), "samples out of order");
    assert!(tally.samples.iter().all(|sample| (1..=lines).contains(&sample.line)));
}

fn assert_whole(batch: &Batch) {
    for column in &batch.columns {
        let length = column.data.len();
        assert_eq!(length, batch.rows, "{}", column.field);
        let nulls = (0..batch.rows).filter(|row| column.value(*row) == Value::Null).count();
        assert_eq!(nulls, column.nulls.as_ref().map_or(0, |nulls| nulls.null_count), "{}", column.field);
    }
    let first_rows: Vec<usize> = batch.sections.iter().map(|section| section.first_row).collect();
    assert!(first_rows.is_sorted() && first_rows.iter().all(|row| *row <= batch.rows));
    assert!(batch.rows == 0 || first_rows.first() == Some(&0), "rows before the first section");
    let columns = batch.sections.iter().flat_map(|section| &section.columns);
    assert!(columns.into_iter().all(|column| *column < batch.columns.len()));
}

/// Any line as a header: what it names can be given as a format, names the same fields again when written out, and a
/// line of as many dashes below it is a record of nothing.
pub fn header(text: &[u8]) {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    drop(Format::parse(&String::from_utf8_lossy(line)).map(|format| {
        let written: Vec<String> = format.fields().iter().map(|field| format!("${{{field}}}")).collect();
        assert_eq!(Format::parse(&written.join(" ")), Ok(format), "a format written out is another");
    }));
    let layouts = |text: &[u8]| {
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        decoder.push(text);
        decoder.finish();
        (decoder.take_layouts(), decoder.take_tally())
    };
    let (found, tally) = layouts(line);
    if (tally.lines, tally.headers) != (1, 1) {
        return;
    }
    let [layout] = found.as_slice() else { panic!("{} layouts of one header", found.len()) };
    let names: Vec<&str> = layout.fields.iter().map(|field| field.as_str()).collect();
    let dashes = vec!["-"; names.len()].join(" ");
    let (again, tally) = layouts(format!("{}\n{dashes}\n", names.join(" ")).as_bytes());
    assert_eq!(again.first().map(|again| &again.fields), Some(&layout.fields));
    assert_eq!((tally.headers, tally.records), (1, 1), "a record of dashes was set aside");
}
