//! What is worth counting: one function per event, which logs it and counts it, so that log and metrics cannot disagree.
//! Names of metrics are stable; labels are bounded (routes and question names, never paths or addresses).

use crate::advice::Stock;
use crate::advice::stock::StockError;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::time::Duration;

/// Tells the recorder what each metric means; call once after the recorder is in place.
pub fn describe() {
    describe_counter!("weir_http_requests_total", "Requests answered, by method, route and status.");
    describe_histogram!(
        "weir_http_request_seconds",
        "Seconds from request to the head of the response, by route."
    );
    describe_counter!("weir_questions_total", "Questions asked of the lake, by question and outcome.");
    describe_histogram!("weir_question_seconds", "Seconds from question to answer, by question.");
    describe_counter!("weir_source_passes_total", "Looks at a source, by outcome.");
    describe_counter!("weir_inventory_reads_total", "Times the inventory was read anew, by outcome.");
    describe_counter!("weir_objects_ingested_total", "Objects stored.");
    describe_counter!("weir_records_ingested_total", "Flow records stored.");
    describe_counter!("weir_lines_set_aside_total", "Lines that could not be read as records.");
    describe_counter!("weir_objects_failed_total", "Objects that could not be read.");
    describe_counter!("weir_internal_faults_total", "Faults of Weir itself; each has an id in the log.");
    describe_gauge!(
        "weir_source_last_checked_seconds",
        "When a source was last read without a refusal, Unix seconds."
    );
}

/// A request was answered.
pub fn request(method: &str, route: &str, status: u16, took: Duration) {
    let millis = took.as_secs_f64() * 1e3;
    tracing::debug!(
        http.method = method,
        http.route = route,
        http.status = status,
        elapsed_millis = millis,
        "answered {method} {route}"
    );
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    counter!("weir_http_requests_total", &labels).increment(1);
    histogram!("weir_http_request_seconds", "route" => route.to_owned()).record(took.as_secs_f64());
}

/// A question was answered or refused; `outcome` is `answered` or the refusal's kind.
pub fn question(question: &'static str, outcome: &'static str, took: Duration) {
    let millis = took.as_secs_f64() * 1e3;
    tracing::debug!(
        question.name = question,
        question.outcome = outcome,
        elapsed_millis = millis,
        "question {question}"
    );
    counter!("weir_questions_total", "question" => question, "outcome" => outcome).increment(1);
    histogram!("weir_question_seconds", "question" => question).record(took.as_secs_f64());
}

/// What one look at a source brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Objects stored.
    pub objects: u64,
    /// Records stored.
    pub records: u64,
    /// Lines set aside.
    pub set_aside: u64,
    /// Objects that could not be read.
    pub failed: u64,
}

/// An inventory was read.
pub fn inventory_read(stock: &Stock) {
    let (name, complaints) = (&stock.name, stock.complaints.len());
    let snapshots = stock.firewall.as_ref().map_or(0, |firewall| firewall.history().snapshots().len());
    tracing::info!(
        inventory.name = name,
        snapshots,
        complaints,
        "read {snapshots} states of the inventory {name}"
    );
    stock
        .complaints
        .iter()
        .for_each(|complaint| tracing::warn!(inventory.name = name, "inventory: {complaint}"));
    counter!("weir_inventory_reads_total", "outcome" => "done").increment(1);
}

/// An inventory could not be read.
pub fn inventory_refused(name: &str, error: &StockError, retry: Duration) {
    let (cause, secs) = (chain(error), retry.as_secs());
    tracing::warn!(
        inventory.name = name,
        error = cause,
        "cannot read the inventory {name}; again in {secs} s"
    );
    counter!("weir_inventory_reads_total", "outcome" => "refused").increment(1);
}

/// A source was read to the end.
pub fn pass_done(source: &str, pass: Pass, took: Duration, now: i64) {
    let Pass { objects, records, set_aside, failed } = pass;
    if objects + failed > 0 {
        let secs = took.as_secs_f64();
        tracing::info!(
            source.name = source,
            objects,
            records,
            set_aside,
            failed,
            elapsed_secs = secs,
            "read {objects} objects of {source}"
        );
    } else {
        tracing::debug!(source.name = source, "nothing new in {source}");
    }
    counter!("weir_source_passes_total", "outcome" => "done").increment(1);
    counter!("weir_objects_ingested_total").increment(objects);
    counter!("weir_records_ingested_total").increment(records);
    counter!("weir_lines_set_aside_total").increment(set_aside);
    counter!("weir_objects_failed_total").increment(failed);
    gauge!("weir_source_last_checked_seconds", "source" => source.to_owned()).set(now as f64);
}

/// A source refused; it is asked again after `retry`.
pub fn pass_refused(source: &str, cause: &dyn std::error::Error, retry: Duration) {
    let retry_secs = retry.as_secs();
    tracing::warn!(source.name = source, error = %chain(cause), retry_secs, "cannot read {source}, trying again in {retry_secs} s");
    counter!("weir_source_passes_total", "outcome" => "refused").increment(1);
}

/// A fault of Weir itself. Returns the short id under which the log has it; only the id may reach the browser.
pub fn internal_fault(doing: &str, cause: &dyn std::error::Error) -> String {
    let id = fault_id();
    tracing::error!(fault.id = %id, error = %chain(cause), "fault {id} while {doing}");
    counter!("weir_internal_faults_total").increment(1);
    id
}

/// A handler panicked; the same bookkeeping for a fault that carries only words.
pub fn panicked(words: &str) -> String {
    let id = fault_id();
    tracing::error!(fault.id = %id, panic = words, "fault {id}: a request handler panicked");
    counter!("weir_internal_faults_total").increment(1);
    id
}

/// An error with its causes on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        // Transparent wrappers repeat their cause word for word.
        if !text.ends_with(&words) {
            text = text + ": " + &words;
        }
        cause = inner.source();
    }
    text
}

/// Eight hex digits from the clock and a counter: short enough to read out, unique within a log file.
fn fault_id() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static FAULTS: AtomicU32 = AtomicU32::new(0);
    let now = jiff::Timestamp::now().as_second() as u32;
    let nth = FAULTS.fetch_add(1, Ordering::Relaxed);
    // An odd multiplier spreads neighbouring numbers without making any two of them equal.
    format!("{:08x}", now.wrapping_add(nth.wrapping_mul(0x9e37_79b1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the catalog")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_chain_names_every_cause_once() {
        let error = Outer(std::io::Error::other("disk full"));
        assert_eq!(chain(&error), "cannot open the catalog: disk full");
    }

    #[test]
    fn faults_in_a_row_have_different_ids() {
        assert_ne!(fault_id(), fault_id());
    }
}
