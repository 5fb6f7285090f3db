//! The line below a picture that says where the answer came from.

use crate::signals::latest::Load;
use contract::{Provenance, Refusal, Table, human};
use leptos::prelude::*;

/// Where an answer came from, in words: `From 288 objects, 92.4 M records; minute roll-up, 11 ms; 0 set aside`.
pub fn origin(from: &Provenance) -> String {
    if from.tables.is_empty() {
        return "Nothing was read: no objects in this range".to_owned();
    }
    let tables: Vec<&str> = from.tables.iter().map(|table: &Table| table.label()).collect();
    let tables = tables.join(" and ");
    let cached = if from.cached { ", kept from an earlier question" } else { "" };
    let once = if from.once { "; flows logged at both ends count once" } else { "" };
    let growing = if from.growing { "; more is being read" } else { "" };
    format!(
        "From {}, {}; {tables}, {}{cached}; {} set aside{once}{growing}",
        human::counted(from.objects, "object", "objects"),
        human::counted(from.records, "record", "records"),
        millis(from.millis),
        human::count(from.set_aside),
    )
}

fn millis(millis: f64) -> String {
    match millis {
        m if m < 1.0 => "under 1 ms".to_owned(),
        m if m < 1_000.0 => format!("{m:.0} ms"),
        m => format!("{:.1} s", m / 1_000.0),
    }
}

/// The foot of a panel: provenance, or why a refresh failed.
#[component]
pub fn Foot<T: Send + Sync + 'static>(
    /// The answer.
    load: ReadSignal<Load<T>>,
    /// Its provenance.
    provenance: fn(&T) -> &Provenance,
    /// Links at the right.
    links: AnyView,
) -> impl IntoView {
    let words = move || {
        load.with(|load| {
            let stuck =
                load.refusal.as_ref().filter(|_| load.value.is_some()).map(|r: &Refusal| r.message.clone());
            stuck.or_else(|| load.value.as_ref().map(|value| origin(provenance(value)))).unwrap_or_default()
        })
    };
    view! { <footer class="foot"><span>{words}</span><span class="links">{links}</span></footer> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_names_objects_records_tables_and_what_was_set_aside() {
        let from = Provenance {
            objects: 288,
            records: 92_400_000,
            set_aside: 0,
            tables: vec![Table::Minute],
            millis: 11.2,
            ..Provenance::default()
        };
        assert_eq!(origin(&from), "From 288 objects, 92.4 M records; minute roll-up, 11 ms; 0 set aside");
        let once = Provenance { once: true, ..from.clone() };
        assert!(origin(&once).ends_with("0 set aside; flows logged at both ends count once"));
        let one = Provenance { objects: 1, records: 1, cached: true, growing: true, millis: 0.2, ..from };
        assert_eq!(
            origin(&one),
            "From 1 object, 1 record; minute roll-up, under 1 ms, kept from an earlier question; 0 set aside; more is being read"
        );
    }
}
