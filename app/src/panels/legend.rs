//! The legend of the timeline: what each colour is, how much of it there is, and the way to see only that.

use crate::chart::Ink;
use crate::parts::quantity::{measured, measured_exactly};
use crate::parts::tooltip::Swatch;
use crate::question::narrowed;
use crate::seam::Seam;
use crate::signals::use_link::{Link, address};
use contract::{Dimension, Timeline, View};
use leptos::prelude::*;
use std::sync::Arc;

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    ink: Ink,
    label: String,
    total: u64,
    /// Filter text that lets only this pass; `None` for what remains.
    clause: Option<String>,
}

/// The entries of `picture`: its layers, then the rejected part unless it is a layer already.
fn entries(picture: &Timeline) -> Vec<Entry> {
    let layers = picture.series.iter().enumerate().map(|(index, series)| Entry {
        ink: Ink::of(picture.split, index, series),
        label: series.label.clone(),
        total: series.total,
        clause: (!series.key.is_empty()).then(|| format!("{} = {}", picture.split.name(), series.key)),
    });
    let rejected = Entry {
        ink: Ink::Reject,
        label: "rejected".to_owned(),
        total: picture.rejected.iter().sum(),
        clause: Some("action = REJECT".to_owned()),
    };
    let has_rejects = picture.split != Dimension::Action && rejected.total > 0;
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
        entries(&picture).into_iter().map(item).collect_view()
    };
    view! { <ul class="legend">{move || picture.get().map(draw)}</ul> }
}

fn draw_entry(view: &View, picture: &Timeline, entry: Entry) -> impl IntoView + use<> {
    let total = measured(picture.measure, entry.total).to_string();
    let exact = measured_exactly(picture.measure, entry.total);
    let only = entry.clause.and_then(|clause| narrowed(view, &clause)).filter(|narrow| narrow != view);
    let inside = view! {
        <Swatch ink=entry.ink.variable() hatched=entry.ink == Ink::Reject/>
        <span>{entry.label.clone()}</span>
        <b>{total}</b>
    };
    match only {
        Some(only) => {
            let title = format!("{exact}. Show only {}.", entry.label);
            view! { <li><a href=address(&only) data-noscroll="" title=title>{inside}</a></li> }.erased()
        }
        None => view! { <li title=exact><span class="entry">{inside}</span></li> }.erased(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Grid, Measure, Provenance, Series, Span};

    fn picture(split: Dimension, series: &[(&str, u64)]) -> Timeline {
        let span = Span { from: 0, to: 600 };
        let series = series.iter().map(|(key, total)| Series {
            key: (*key).to_owned(),
            label: (*key).to_owned(),
            values: Vec::new(),
            total: *total,
            other: key.is_empty(),
        });
        Timeline {
            span,
            grid: Grid::with_step(span, 300),
            split,
            measure: Measure::Bytes,
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
    fn what_remains_cannot_be_isolated() {
        let by_port = entries(&picture(Dimension::ServicePort, &[("443", 90), ("", 3)]));
        assert_eq!(by_port[0].clause.as_deref(), Some("service-port = 443"));
        assert_eq!(by_port[1].clause, None);
    }
}
