//! What the records of an object show of the flow log that wrote them: its fields, the interfaces it covers, and
//! whether it logs accepts, rejects or both.

use crate::columns::Words;
use crate::schema::{ACTION, INTERFACE_ID};
use arrow::array::RecordBatch;
use std::collections::BTreeSet;

/// What an object shows of its flow log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sight {
    /// The fields of its records, AWS's names in the order of the line; empty without records.
    pub fields: Vec<String>,
    /// The interfaces that logged its records.
    pub interfaces: BTreeSet<Box<str>>,
    /// Whether there are records with ACCEPT.
    pub accepts: bool,
    /// Whether there are records with REJECT.
    pub rejects: bool,
}

impl Sight {
    /// Adds what decoded records of these fields show.
    pub fn add(&mut self, records: &RecordBatch, fields: &[String]) {
        self.fields = fields.to_vec();
        self.interfaces.extend(occurring(records, INTERFACE_ID).into_iter().map(Box::from));
        for action in occurring(records, ACTION) {
            self.accepts |= action == "ACCEPT";
            self.rejects |= action == "REJECT";
        }
    }
}

/// The values of a dictionary that rows have: one may hold values that only lines without traffic had.
fn occurring<'a>(batch: &'a RecordBatch, column: &str) -> Vec<&'a str> {
    let words = Words::of(batch, column);
    let mut occurs = vec![false; words.values().len()];
    for key in (0..batch.num_rows()).filter_map(|row| words.key(row)) {
        if let Some(occurs) = occurs.get_mut(key) {
            *occurs = true;
        }
    }
    words.values().iter().zip(occurs).filter_map(|(value, occurs)| occurs.then_some(*value)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::columns::Texts;
    use crate::schema;
    use arrow::array::{Int32Array, StringArray};
    use std::sync::Arc;

    #[test]
    fn only_values_that_rows_have_are_seen() {
        let values = StringArray::from(vec!["eni-1", "eni-2", "eni-3"]);
        let interfaces =
            Texts::new(Int32Array::from(vec![Some(2), None, Some(0), Some(2)]), Arc::new(values));
        let actions: Texts = [Some("REJECT"), Some("-"), None, Some("REJECT")].into_iter().collect();
        let schema = schema::of_columns([INTERFACE_ID, ACTION]);
        let batch = RecordBatch::try_new(schema, vec![Arc::new(interfaces), Arc::new(actions)]).unwrap();
        let mut sight = Sight::default();
        sight.add(&batch, &["action".to_owned()]);
        assert_eq!(sight.interfaces.iter().map(|id| &**id).collect::<Vec<_>>(), ["eni-1", "eni-3"]);
        assert_eq!((sight.accepts, sight.rejects), (false, true));
        assert_eq!(sight.fields, ["action"]);
    }
}
