//! Changes of the record format: a field less, a field more, each with its own price.

use crate::field_notes::{FieldNote, TGW_FIELDS, VPC_FIELDS, fields_beside};
use crate::plan::Plan;
use crate::volume::FieldVolume;
use crate::what_if::Topic;
use crate::what_if::change::Change;

/// Fields whose values are as long as those of a field that is usually there already.
const AS_LONG_AS: [(&str, &str); 2] = [("pkt-srcaddr", "srcaddr"), ("pkt-dstaddr", "dstaddr")];

/// A field that needs more than a place in the format.
const TAGS: &str = "-tag";

/// Each field that is there taken out. The last one must stay: AWS refuses empty formats.
pub(super) fn out(plan: &Plan) -> Vec<Change> {
    if plan.volume.fields.len() < 2 {
        return Vec::new();
    }
    plan.volume.fields.iter().map(|field| without(plan, &field.field)).collect()
}

fn without(plan: &Plan, field: &str) -> Change {
    let mut volume = plan.volume.clone();
    volume.fields.retain(|kept| kept.field != field);
    let in_lines = plan.volume.text_bytes() - volume.text_bytes();
    let in_headers = plan.volume.bytes_of(field) - in_lines;
    volume.header_bytes = volume.header_bytes.saturating_sub(in_headers);
    let plan = compressed_alike(plan, Plan { volume, ..plan.clone() });
    let lost = lost(&plan, field);
    Change::new(Topic::FieldOut, format!("without-{field}"), format!("without {field}"), plan).losing(lost)
}

/// What is lost without a field, with figures where it was tried.
fn lost(plan: &Plan, field: &str) -> String {
    // Logs of both kinds may lie in one folder.
    let mut notes = fields_beside(names(plan)).iter().chain(&VPC_FIELDS).chain(&TGW_FIELDS);
    let lost = notes.find(|note| note.field == field).map(|note| note.lost);
    let measured = plan.server_known.filter(|_| field == "tcp-flags").map(|known| {
        format!(
            " The server side is known for {} instead of {} of the records.",
            percent(known.without_flags_percent),
            percent(known.with_flags_percent)
        )
    });
    let lost = lost.unwrap_or("what this field tells is not known to this version of Weir");
    format!("Without {field}, {lost}.{}", measured.unwrap_or_default())
}

/// `91 %`, `99.9 %`.
fn percent(number: f64) -> String {
    let text = format!("{number:.1}");
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

/// Each documented field that is not there put in.
pub(super) fn in_(plan: &Plan) -> Vec<Change> {
    let notes = fields_beside(names(plan));
    let missing = notes.iter().filter(|note| names(plan).all(|name| name != note.field));
    missing.map(|note| with(plan, note)).collect()
}

fn with(plan: &Plan, note: &FieldNote) -> Change {
    let like = AS_LONG_AS.iter().find(|(field, _)| *field == note.field).map(|(_, like)| *like);
    let seen = like.and_then(|like| plan.volume.mean_value_bytes(like));
    let mean = seen.unwrap_or(note.usual_bytes);
    let mut volume = plan.volume.clone();
    let more = volume.bytes_with(note.field, mean);
    let value_bytes = (volume.lines as f64 * mean).round() as u64;
    let lines = volume.lines;
    volume.header_bytes += more.saturating_sub(value_bytes + lines);
    volume.fields.push(FieldVolume { field: note.field.to_owned(), value_bytes, lines });
    let plan = compressed_alike(plan, Plan { volume, ..plan.clone() });
    let title = format!("with {}", note.field);
    let change = Change::new(Topic::FieldIn, format!("with-{}", note.field), title, plan)
        .winning(format!("It tells {}.", note.tells))
        .estimated();
    if note.field.contains(TAGS) {
        return change
            .minding("The flow log must name the tag's key, and its creator needs ec2:DescribeTags.");
    }
    if note.field.starts_with("ecs-") {
        return change.minding("Its creator needs ECS permissions; tasks in awsvpc mode alone are told.");
    }
    change
}

fn names(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.volume.fields.iter().map(|field| field.field.as_str())
}

/// Stored bytes in proportion to the text: what a single field compresses to is not measured.
fn compressed_alike(before: &Plan, after: Plan) -> Plan {
    let part = after.volume.text_bytes() as f64 / before.volume.text_bytes().max(1) as f64;
    let stored_bytes = before.stored_bytes.map(|bytes| (bytes as f64 * part).round() as u64);
    Plan { stored_bytes, ..after }
}
