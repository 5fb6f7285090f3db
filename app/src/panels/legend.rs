//! The legend of the timeline: what each colour is, how much of it there is, and the way to see only that; and what the
//! range is compared with.

use super::timeline_words::pattern;
use crate::question::narrowed;
use crate::signals::use_link::{Link, address};
use chart::timeline::rate_of;
use chart::{Ink, sentence};
use contract::{Dimension, Mark, Timeline, View, human};
use leptos::prelude::*;
use parts::quantity::{measured, measured_exactly};
use parts::seam::Seam;
use parts::tooltip::Swatch;
use std::sync::Arc;

/// What the number behind the total is.
const P95_WORDS: &str = "95th percentile: 95 of 100 buckets are not above it (nearest rank; buckets cut by \
                         the range, in gaps or after the last record do not count)";

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    ink: Ink,
    label: String,
    total: u64,
    p95: Option<u64>,
    /// Filter text that lets only this pass; `None` for what remains.
    clause: Option<String>,
}

/// The entries of `picture`: its layers, then the rejected part unless it is a layer already.
fn entries(picture: &Timeline) -> Vec<Entry> {
    let is =
        |dimension: Dimension, key: &str| (!key.is_empty()).then(|| format!("{} = {key}", dimension.name()));
    let layers = picture.series.iter().zip(Ink::of(picture)).map(|(series, ink)| Entry {
        ink,
        label: series.label.clone(),
        total: series.total,
        p95: series.p95,
        clause: is(picture.split, &series.key).map(|one| match is(picture.within, &series.within) {
            Some(two) => format!("{one} AND {two}"),
            None => one,
        }),
    });
    let rejected = Entry {
        ink: Ink::Reject,
        label: "rejected".to_owned(),
        total: picture.rejected.iter().sum(),
        p95: None,
        clause: Some("action = REJECT".to_owned()),
    };
    let has_rejects = !picture.names_rejects() && rejected.total > 0;
    layers.chain(has_rejects.then_some(rejected)).collect()
}

/// The legend.
#[component]
pub fn Legend(
    /// The picture, or the part of it that came with the page.
    picture: Signal<Option<Arc<Timeline>>>,
    /// The view of the address.
    link: Link,
) -> impl IntoView {
    let draw = move |picture: Arc<Timeline>| {
        let view = link.view();
        let item = |entry: Entry| draw_entry(&view, &picture, entry);
        let items = entries(&picture).into_iter().map(item).collect_view();
        view! { {items}{draw_earlier(&picture)} }
    };
    view! { <ul class="legend">{move || picture.get().map(draw)}</ul> }
}

fn draw_entry(view: &View, picture: &Timeline, entry: Entry) -> impl IntoView + use<> {
    let total = measured(picture.measure, entry.total).to_string();
    let p95 = entry.p95.map(|sum| sentence::said_rate(picture, rate_of(picture, sum)));
    let exact = match &p95 {
        Some(rate) => format!("{}; 95th percentile {rate}", measured_exactly(picture.measure, entry.total)),
        None => measured_exactly(picture.measure, entry.total),
    };
    let p95 = p95.filter(|_| view.mark == Mark::P95);
    let p95 = p95.map(|rate| view! { <small title=P95_WORDS>{format!("95 % ≤ {rate}")}</small> });
    let only = entry.clause.and_then(|clause| narrowed(view, &clause)).filter(|narrow| narrow != view);
    let inside = view! {
        <Swatch ink=entry.ink.variable() pattern=pattern(entry.ink)/>
        <span>{entry.label.clone()}</span>
        <b>{total}</b>
        {p95}
    };
    match only {
        Some(only) => {
            let title = format!("{exact}. Show only {}.", entry.label);
            view! { <li><a href=address(&only) data-noscroll="" title=title>{inside}</a></li> }.erased()
        }
        None => view! { <li title=exact><span class="entry">{inside}</span></li> }.erased(),
    }
}

/// What the range is compared with, and how much more or less there is; or why it is not.
fn draw_earlier(picture: &Timeline) -> Option<impl IntoView + use<>> {
    let earlier = picture.earlier.as_ref()?;
    let inside = match earlier.change(picture.total()) {
        Some(change) => view! {
            <Swatch ink=Ink::Earlier.variable() pattern=pattern(Ink::Earlier)/>
            <span>{earlier.compare.said()}</span>
            <b>{measured(picture.measure, earlier.total).to_string()}</b>
            <span>{human::change(change)}</span>
        }
        .erased(),
        None => sentence::compared(picture).erased(),
    };
    let exact = measured_exactly(picture.measure, earlier.total);
    Some(view! { <li title=exact><span class="entry">{inside}</span></li> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Grid, Measure, Provenance, Series, Span};

    fn picture(split: Dimension, series: &[(&str, u64)]) -> Timeline {
        let span = Span { from: 0, to: 600 };
        let series = series.iter().map(|(key, total)| Series {
            key: (*key).to_owned(),
            within: String::new(),
            label: (*key).to_owned(),
            values: Vec::new(),
            total: *total,
            p95: None,
            other: key.is_empty(),
        });
        Timeline {
            span,
            grid: Grid::with_step(span, 300),
            split,
            within: Dimension::None,
            measure: Measure::Bytes,
            p95: None,
            earlier: None,
            series: series.collect(),
            rejected: vec![7],
            gaps: Vec::new(),
            provenance: Provenance::default(),
        }
    }

    #[test]
    fn rejects_stand_in_the_legend_once() {
        let by_action = entries(&picture(Dimension::Action, &[("ACCEPT", 90), ("REJECT", 7)]));
        assert_eq!(by_action.iter().filter(|entry| entry.ink == Ink::Reject).count(), 1);
        let by_port = entries(&picture(Dimension::ServicePort, &[("443", 90), ("", 3)]));
        assert_eq!(by_port.last().map(|entry| (entry.label.as_str(), entry.total)), Some(("rejected", 7)));
    }

    #[test]
    fn a_layer_of_two_splits_is_isolated_by_both() {
        let mut twice = picture(Dimension::Action, &[("ACCEPT", 90), ("REJECT", 5), ("", 3)]);
        twice.within = Dimension::Protocol;
        twice.series[0].within = "6".to_owned();
        let all = entries(&twice);
        assert_eq!(all[0].clause.as_deref(), Some("action = ACCEPT AND protocol = 6"));
        assert_eq!(all.last().map(|entry| entry.total), Some(7), "two of the rejected lie among the others");
    }

    #[test]
    fn what_remains_cannot_be_isolated() {
        let by_port = entries(&picture(Dimension::ServicePort, &[("443", 90), ("", 3)]));
        assert_eq!(by_port[0].clause.as_deref(), Some("service-port = 443"));
        assert_eq!(by_port[1].clause, None);
    }
}
