//! What `aws ec2 describe-flow-logs` told of the flow logs: kept in the data folder, one list for all regions.

use contract::{Refusal, RefusalKind};
use pricing::setup::{ImportedLog, import};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;

/// The file in the data folder.
const FILE: &str = "flow-logs.json";

/// The flow logs as they were described.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// Each as AWS printed it, by its id; what Weir does not know is kept.
    printed: Vec<Value>,
    logs: Vec<ImportedLog>,
}

impl Described {
    /// What was imported into a data folder; nothing where that never happened.
    ///
    /// # Errors
    /// When the file cannot be read, or is no longer what was written.
    pub fn read(data: &Path) -> io::Result<Self> {
        match fs::read_to_string(data.join(FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Described::default()),
            Err(error) => Err(error),
            Ok(text) => Described::default().with(&text).map_err(|refusal| io::Error::other(refusal.message)),
        }
    }

    /// Keeps it in a data folder: written aside and renamed, so that it is whole.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep(&self, data: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&self.printed).map_err(io::Error::other)?;
        let aside = data.join(format!("{FILE}.new"));
        fs::write(&aside, text)?;
        fs::rename(aside, data.join(FILE))
    }

    /// With what one more call printed; a flow log that is told again is as it is told now.
    ///
    /// # Errors
    /// When the text is not what describe-flow-logs prints.
    pub fn with(mut self, json: &str) -> Result<Self, Refusal> {
        let logs = import(json).map_err(|error| {
            let cure =
                "Paste all that `aws ec2 describe-flow-logs --output json` prints, once for each region.";
            Refusal::new(RefusalKind::BadQuestion, error.to_string(), cure)
        })?;
        // The importer has read it, so it is a list, or an answer that holds one.
        let mut value: Value = serde_json::from_str(json).unwrap_or_default();
        let printed = value.get_mut("FlowLogs").map(Value::take).unwrap_or(value);
        let printed = match printed {
            Value::Array(list) => list,
            _ => Vec::new(),
        };
        for (log, printed) in logs.into_iter().zip(printed) {
            match self.logs.iter().position(|known| known.id == log.id) {
                Some(place) => (self.logs[place], self.printed[place]) = (log, printed),
                None => {
                    self.logs.push(log);
                    self.printed.push(printed);
                }
            }
        }
        Ok(self)
    }

    /// A flow log by its id.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&ImportedLog> {
        self.logs.iter().find(|log| !id.is_empty() && log.id == id)
    }

    /// All of them, in the order in which they were first told.
    #[must_use]
    pub fn logs(&self) -> &[ImportedLog] {
        &self.logs
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn regions_are_told_one_after_the_other_and_kept() {
        let one = r#"{"FlowLogs": [{"FlowLogId": "fl-1", "TrafficType": "ALL", "Tags": []}]}"#;
        let two = r#"{"FlowLogs": [{"FlowLogId": "fl-2"}, {"FlowLogId": "fl-1", "TrafficType": "REJECT"}]}"#;
        let told = Described::default().with(one).unwrap().with(two).unwrap();
        let folder = tempfile::tempdir().unwrap();
        told.keep(folder.path()).unwrap();
        let read = Described::read(folder.path()).unwrap();
        let ids: Vec<&str> = read.logs().iter().map(|log| log.id.as_str()).collect();
        assert_eq!(ids, ["fl-1", "fl-2"]);
        assert_eq!(read.of("fl-1").unwrap().traffic, Some(pricing::Traffic::Reject));
        assert!(read.of("").is_none());
        assert!(Described::default().with("{}").unwrap_err().message.contains("describe-flow-logs"));
        assert!(Described::read(&folder.path().join("nowhere")).unwrap().logs().is_empty());
    }
}
