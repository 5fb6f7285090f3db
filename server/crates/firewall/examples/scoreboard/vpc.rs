//! The record-level simulator as an account to be judged.

use crate::Failure;
use crate::case::{Case, Intent};
use crate::records;
use firewall::address::Cidr;
use firewall::inventory::{History, Inventory};
use firewall::traffic::Window;
use simulate::{PeerRef, Settings, Truth, simulate};
use std::path::Path;

/// Monday 2026-11-23 21:00 UTC: the hours before are busy ones.
const END: i64 = 1_795_467_600;

const HOUR_SECS: i64 = 3_600;

/// Simulates so many hours, and reads them with `tcp-flags`, without, and as the lake's conversations are: without, and
/// with no times but the hour's.
pub fn cases(seed: u64, hours: u32) -> Result<[Case; 3], Failure> {
    let folder = tempfile::tempdir()?;
    let settings = Settings { truth_flows: true, history: true, ..Settings::new(seed, hours, END) };
    let truth = simulate(&settings, folder.path(), &mut |_| {})?;
    let history = history(&folder.path().join("inventory"))?;
    let case = |has_flags| -> Result<Case, Failure> {
        let logged = records::read(folder.path(), has_flags)?;
        Ok(Case {
            seed,
            interfaces: logged.interfaces,
            flows: logged.flows,
            causes: logged.causes,
            window: Window::complete(truth.begin, truth.end),
            intents: intents(&truth, history.latest()),
            history: history.clone(),
            later: Vec::new(),
            wanted: None,
            strangers: Default::default(),
            superfluous: Default::default(),
        })
    };
    let mut hourly = case(false)?;
    for flow in &mut hourly.flows {
        flow.first = flow.first.div_euclid(HOUR_SECS) * HOUR_SECS;
        flow.last = flow.first + HOUR_SECS - 1;
    }
    Ok([case(true)?, case(false)?, hourly])
}

/// Every file below a folder, as an inventory's history.
fn history(folder: &Path) -> Result<History, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.push((name, std::fs::read(&path)?));
            }
        }
    }
    Ok(History::read(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))))
}

fn intents(truth: &Truth, inventory: Option<&Inventory>) -> Vec<Intent> {
    let Some(inventory) = inventory else { return Vec::new() };
    let of_groups = |groups: &[String]| -> Vec<Cidr> {
        let members = groups.iter().flat_map(|group| inventory.members(group));
        members.flat_map(|one| one.addresses.iter().map(|address| Cidr::host(*address))).collect()
    };
    let fixed = |name: &Option<String>| -> Vec<Cidr> {
        let mistake = truth.misconfigurations.iter().find(|one| Some(&one.name) == name.as_ref());
        match mistake.map(|one| &one.fix.peer) {
            Some(PeerRef::Cidr(cidr)) => cidr.parse().into_iter().collect(),
            _ => Vec::new(),
        }
    };
    let intent = |intent: &simulate::Intent| Intent {
        clients: of_groups(&intent.clients),
        servers: if intent.servers.is_empty() {
            fixed(&intent.stopped_by)
        } else {
            of_groups(&intent.servers)
        },
        protocol: intent.protocol,
        port: intent.port,
    };
    truth.intents.iter().map(intent).collect()
}
