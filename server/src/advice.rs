//! From what the lake knows to what the firewall crate advises: rows are renamed, files are read, nothing is decided here.

use firewall::address::Address;
use firewall::evaluate::{Bound, Firewall};
use firewall::inventory::History;
use firewall::render::{self, AdviceJson};
use firewall::suggest::{Advice, Options, suggest};
use firewall::traffic::{Direction, Flow, Leg, Reason, Traffic, Window};
use firewall::usage::{Uses, report};
use firewall::verdict::{Card, cards, judge};
use lake::{Conversation, Talks};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Largest file of an inventory: a thousand groups of a hundred rules are about 50 MB of JSON.
const MOST_FILE_BYTES: u64 = 256 << 20;
/// Most files of an inventory: a snapshot an hour for a year.
const MOST_FILES: usize = 100_000;

/// Everything that is said about one range.
#[derive(Debug)]
pub struct Advised {
    /// What was refused and why.
    pub cards: Vec<Card>,
    /// What the rules should be.
    pub advice: Advice,
    /// The rules that were asked; none without an inventory.
    pub firewall: Option<Firewall>,
    /// All of it as other programs read it.
    pub json: AdviceJson,
}

/// Judges the conversations of a range by the inventory, if there is one. `coverage` is the part of the range that the
/// logs tell of.
pub fn advise(
    talks: &Talks,
    (from, to): (i64, i64),
    coverage: f64,
    history: Option<History>,
    options: &Options,
) -> Advised {
    let flows: Vec<Flow> = talks.rows.iter().map(|row| flow_of(row, &talks.reasons)).collect();
    let interfaces: Vec<&str> = talks.interfaces.iter().map(String::as_str).collect();
    let window = Window {
        from,
        to,
        coverage,
        has_accepts: flows.iter().any(|flow| flow.accepted),
        has_rejects: flows.iter().any(|flow| !flow.accepted),
    };
    let traffic = Traffic { interfaces: &interfaces, flows: &flows, window };
    let firewall = history.map(Firewall::new);
    let (judged, scouts) = judge(&traffic, firewall.as_ref());
    let cards = cards(&traffic, &judged, firewall.as_ref());
    let (mut advice, mut usage) = (Advice::default(), Vec::new());
    if let Some(firewall) = &firewall {
        let uses = Uses::of(Bound::new(firewall, &interfaces), &traffic);
        usage = report(&uses, &interfaces);
        advice = suggest(&traffic, firewall, (&judged, &scouts), (&uses, &usage), options);
    }
    let json = render::advice(&window, firewall.as_ref(), &cards, &advice, &usage);
    Advised { cards, advice, firewall, json }
}

fn flow_of(row: &Conversation, reasons: &[String]) -> Flow {
    let reason = row.reason.and_then(|place| reasons.get(place as usize)).map(String::as_str);
    Flow {
        interface: row.interface,
        direction: if row.ingress { Direction::Ingress } else { Direction::Egress },
        leg: if row.opening { Leg::Opening } else { Leg::Answer },
        client: Address::from_octets(row.client),
        server: Address::from_octets(row.server),
        protocol: row.protocol,
        port: row.port,
        client_port: 0,
        accepted: row.accepted,
        reason: match reason {
            None => Reason::NotLogged,
            Some("BPA") => Reason::BlockPublicAccess,
            Some("EC") => Reason::EncryptionControl,
            Some(_) => Reason::Other,
        },
        tcp_flags: row.tcp_flags,
        flows: row.flows,
        bytes: row.bytes,
        first: row.first,
        last: row.last,
    }
}

/// Reads an inventory: one folder of files, or one such folder for each snapshot. The second value tells what could not
/// be used.
///
/// # Errors
/// When the folder or a file of it cannot be read.
pub fn inventory(folder: &Path) -> io::Result<(History, Vec<String>)> {
    let mut files = Vec::new();
    read_below(folder, folder, &mut files)?;
    let history = History::read(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    let mut complaints: Vec<String> = history.damage().map(ToString::to_string).collect();
    complaints.extend(history.missing().into_iter().map(|noun| format!("{} is not there", noun.file())));
    Ok((history, complaints))
}

fn read_below(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_below(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            if fs::metadata(&path)?.len() > MOST_FILE_BYTES || files.len() >= MOST_FILES {
                return Err(io::Error::other(format!("{} is too much for an inventory", path.display())));
            }
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}
