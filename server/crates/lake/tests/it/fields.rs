//! Fields that AWS has not documented, and tags: filters meet what the log means.

use crate::logs::{DAY, Place, view};
use contract::{Measure, RefusalKind, View};
use lake::{Direct, LakeError};

const HEADER: &str = "interface-id srcaddr dstaddr start end bytes";
const RECORD: &str = "eni-1 10.0.0.1 10.0.0.2 1795132810 1795132820 5";

/// Two objects: one of a later version of the format, one of today's.
fn place() -> Place {
    let place = Place::new();
    let new =
        format!("{HEADER} shiny-new instance-tag\n{RECORD} x my%2Dapp%20two\n{RECORD} y %2D\n{RECORD} - -\n");
    place.put(DAY, 1, new.as_bytes());
    place.put(DAY, 2, format!("{HEADER}\n{RECORD}\n").as_bytes());
    place
}

async fn flows(place: &Place, filter: &str) -> Result<u64, LakeError> {
    let asked = View { measure: Measure::Flows, ..view(0, 3_600, filter) };
    let direct = Direct::new(vec![place.source().await]);
    let read = direct.summary(&asked, DAY).await;
    let stored = place.ingested().await.summary(&asked, DAY).await;
    match (read, stored) {
        (Ok(read), Ok(stored)) => {
            assert_eq!(read.flows, stored.flows, "{filter}");
            Ok(read.flows)
        }
        (Err(read), Err(stored)) => {
            assert_eq!(read.refusal().message, stored.refusal().message);
            Err(stored)
        }
        other => panic!("{filter}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undocumented_field_is_filtered_by_and_missing_where_a_format_lacks_it() {
    let place = place();
    for (filter, expected) in [
        ("shiny-new = x", 1),
        ("shiny-new IN (x, y)", 2),
        ("NOT shiny-new = x", 3),
        ("shiny-new = -", 2),
        ("shiny_new != - AND srcaddr = 10.0.0.1", 2),
    ] {
        assert_eq!(flows(&place, filter).await.unwrap(), expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_no_record_has_is_refused_with_those_there_are() {
    let place = place();
    for (filter, hint) in
        [("colour = red", "the logs have shiny-new."), ("flows = 1", ""), ("client-is-src = 1", "")]
    {
        let refusal = flows(&place, filter).await.unwrap_err().refusal();
        assert_eq!(refusal.kind, RefusalKind::Unanswerable, "{filter}");
        assert!(refusal.message.contains("unknown field"), "{}", refusal.message);
        assert!(refusal.hint.ends_with(hint), "{}", refusal.hint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_compared_as_they_were_typed() {
    let place = place();
    for (filter, expected) in [
        ("instance-tag = \"my-app two\"", 1),
        ("instance-tag = \"my%2Dapp%20two\"", 1),
        ("instance-tag = \"%2D\"", 1),
        ("instance-tag = -", 2),
    ] {
        assert_eq!(flows(&place, filter).await.unwrap(), expected, "{filter}");
    }
}
