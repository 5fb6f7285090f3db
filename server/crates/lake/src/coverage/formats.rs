//! Which fields the flow logs have, and which they lack.

use super::Found;
use crate::catalog::Catalog;
use crate::error::LakeError;
use crate::flow_logs::LogKey;
use crate::manifest::Manifest;
use crate::schema::{AWS_SERVICE, CLIENT_IS_SRC, SERVICE_PORT};
use contract::Span;
use contract::coverage::{Delivered, FlowLog};
use contract::lacking::{GAINS, Lacking, lacking as lacking_of};
use hashbrown::HashMap;

/// The flow logs of some objects with their fields: those of every format they had in the range, or, where an earlier
/// version read the objects, the columns that are stored for the source. Most lines first.
pub fn flow_logs(
    catalog: &mut Catalog,
    manifest: &Manifest,
    found: &[Found<'_>],
    span: Span,
) -> Result<Vec<FlowLog>, LakeError> {
    let mut sums: HashMap<&LogKey, Delivered> = HashMap::new();
    for one in found {
        sums.entry(&one.log).or_default().add(&one.delivered);
    }
    let formats = catalog.formats()?;
    let fields = |log: &LogKey| {
        let mut fields: Vec<String> = Vec::new();
        let of_log = formats.iter().filter(|format| format.source == log.source && format.id == log.id);
        for format in of_log.filter(|format| format.first < span.to && format.last >= span.from) {
            for field in &format.fields {
                if !fields.contains(field) {
                    fields.push(field.clone());
                }
            }
        }
        if fields.is_empty() { stored(manifest, &log.source) } else { fields }
    };
    let mut logs: Vec<FlowLog> = sums
        .into_iter()
        .map(|(log, delivered)| FlowLog {
            id: log.id.clone(),
            source: log.source.clone(),
            account: log.account.clone(),
            region: log.region.clone(),
            // Without a record there is no telling what one would have.
            fields: if delivered.lines.records > 0 { fields(log) } else { Vec::new() },
            delivered,
        })
        .collect();
    logs.sort_by(|a, b| {
        (b.delivered.lines.all, &a.id, &a.source).cmp(&(a.delivered.lines.all, &b.id, &b.source))
    });
    Ok(logs)
}

/// The fields stored for a source. Direction, account and region may have been added by Weir; that they are missing
/// from the logs cannot be told and is not claimed.
fn stored(manifest: &Manifest, source: &str) -> Vec<String> {
    let columns = manifest.columns(source).into_iter();
    let logged = columns.filter(|column| ![SERVICE_PORT, CLIENT_IS_SRC, AWS_SERVICE].contains(column));
    logged.map(|column| column.replace('_', "-")).collect()
}

/// What the formats lack, the most useful first.
pub fn lacking(logs: &[FlowLog]) -> Vec<Lacking> {
    let mut all: Vec<Lacking> = GAINS
        .iter()
        .map(|gain| Lacking { version: gain.version, enables: gain.enables.to_owned(), ..Lacking::default() })
        .collect();
    for log in logs {
        let name = if log.id.is_empty() { &log.source } else { &log.id };
        for (gain, missing) in lacking_of(&log.fields) {
            let Some(lacking) = all.iter_mut().find(|one| one.enables == gain.enables) else { continue };
            for field in missing {
                if !lacking.fields.iter().any(|known| known == field) {
                    lacking.fields.push(field.to_owned());
                }
            }
            if !lacking.flow_logs.contains(name) {
                lacking.flow_logs.push(name.clone());
            }
            lacking.records += log.delivered.lines.records;
        }
    }
    all.retain(|one| !one.flow_logs.is_empty());
    all
}
