//! Why there is nothing to see, and what to do: the empty states, decided in one place.
//! A pure function of answers; how it is set is `say`'s affair.

use crate::signals::use_link::Asked;
use contract::{Progress, Refusal, SourceStatus, Span, Stage, Summary};

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A source cannot be read.
    SourceRefused {
        /// The source.
        name: String,
        /// Why.
        refusal: Refusal,
    },
    /// Objects are being looked for or read, and none of their records is here yet.
    FirstReading,
    /// There are no flow-log objects where they were looked for.
    NoObjects {
        /// The sources.
        names: Vec<String>,
    },
    /// There are records, but none in the asked range.
    Outside {
        /// Where they are.
        held: Span,
    },
    /// There are records in the range, and the filter lets none pass.
    FilterMatchesNothing,
    /// There are records before and after, and none in the range.
    Silence,
}

/// What stands in the way of seeing anything, if something does.
pub fn notice(summary: Option<&Summary>, progress: &Progress, asked: &Asked) -> Option<Notice> {
    let wanted = |source: &&SourceStatus| asked.view.source.as_ref().is_none_or(|name| *name == source.name);
    let sources: Vec<&SourceStatus> = progress.sources.iter().filter(wanted).collect();
    let refused = sources.iter().find_map(|source| Some((source.name.clone(), source.refusal.clone()?)));
    if let Some((name, refusal)) = refused {
        return Some(Notice::SourceRefused { name, refusal });
    }
    let summary = summary.filter(|summary| summary.flows == 0)?;
    let held = match (summary.first_record, summary.last_record) {
        (Some(from), Some(to)) => Span { from, to: to.max(from + 1) },
        _ if sources.iter().any(|s| matches!(s.stage, Stage::Waiting | Stage::Listing | Stage::Reading)) => {
            return Some(Notice::FirstReading);
        }
        _ => return Some(Notice::NoObjects { names: sources.iter().map(|s| s.name.clone()).collect() }),
    };
    let is_inside = |span: Span| span.from < held.to && held.from < span.to;
    Some(match summary.span {
        Some(span) if !is_inside(span) => Notice::Outside { held: held.to_minutes() },
        _ if !asked.view.filter.is_empty() => Notice::FilterMatchesNothing,
        _ => Notice::Silence,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::{Filter, RefusalKind, View};

    fn source(stage: Stage) -> Progress {
        let status = SourceStatus { name: "s3://acme".to_owned(), stage, ..SourceStatus::default() };
        Progress { sources: vec![status], generation: 1 }
    }

    fn nothing(first: Option<i64>, last: Option<i64>) -> Summary {
        let span = Some(Span { from: 10_000, to: 20_000 });
        Summary { span, first_record: first, last_record: last, ..Summary::default() }
    }

    fn filtered() -> Asked {
        let view = View { filter: Filter::parse("action = REJECT").unwrap(), ..View::default() };
        Asked { view, ..Asked::default() }
    }

    #[test]
    fn each_way_to_see_nothing_has_its_own_reason() {
        let idle = source(Stage::Idle);
        let say = |summary: &Summary, progress: &Progress, asked: &Asked| {
            notice(Some(summary), progress, asked).unwrap()
        };
        let plain = Asked::default();
        assert_eq!(
            say(&nothing(None, None), &idle, &plain),
            Notice::NoObjects { names: vec!["s3://acme".to_owned()] }
        );
        assert_eq!(say(&nothing(None, None), &source(Stage::Reading), &plain), Notice::FirstReading);
        let outside = Notice::Outside { held: Span { from: 60, to: 660 } };
        assert_eq!(say(&nothing(Some(61), Some(650)), &idle, &filtered()), outside);
        assert_eq!(say(&nothing(Some(61), Some(15_000)), &idle, &filtered()), Notice::FilterMatchesNothing);
        assert_eq!(say(&nothing(Some(61), Some(30_000)), &idle, &plain), Notice::Silence);
    }

    #[test]
    fn a_refused_source_is_told_even_when_there_is_data() {
        let refusal = Refusal::new(RefusalKind::Denied, "access denied to s3://acme", "allow s3:ListBucket");
        let mut progress = source(Stage::Refused);
        progress.sources[0].refusal = Some(refusal.clone());
        let summary = Summary { flows: 5, ..nothing(Some(0), Some(30_000)) };
        let told = notice(Some(&summary), &progress, &Asked::default());
        assert_eq!(told, Some(Notice::SourceRefused { name: "s3://acme".to_owned(), refusal }));
        let elsewhere = View { source: Some("s3://other".to_owned()), ..View::default() };
        assert_eq!(notice(Some(&summary), &progress, &Asked { view: elsewhere, ..Asked::default() }), None);
    }

    #[test]
    fn data_in_view_needs_no_notice() {
        let summary = Summary { flows: 5, ..nothing(Some(0), Some(30_000)) };
        assert_eq!(notice(Some(&summary), &source(Stage::Reading), &filtered()), None);
        assert_eq!(notice(None, &source(Stage::Reading), &filtered()), None);
    }
}
