//! A number with its unit, the unit smaller than the value, the exact number on demand.

use contract::Measure;
use contract::human::{self, Quantity};
use leptos::prelude::*;

/// A number with its unit.
#[component]
pub fn Amount(
    /// The number as it is read.
    #[prop(into)]
    quantity: Signal<Quantity>,
) -> impl IntoView {
    view! {
        <span class="amount">{move || quantity.get().value}</span>
        <small>{move || quantity.get().unit}</small>
    }
}

/// `value` of `measure` as a person reads it.
pub fn measured(measure: Measure, value: u64) -> Quantity {
    match measure {
        Measure::Bytes => human::bytes(value),
        Measure::Packets | Measure::Flows => human::count(value),
    }
}

/// `value` of `measure` to the last digit.
pub fn measured_exactly(measure: Measure, value: u64) -> String {
    format!("{} {}", human::exact(value), measure.name())
}
