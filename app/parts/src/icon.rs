//! The pictograms, as paths on a grid of 16, drawn in the colour of the text around them.

use leptos::prelude::*;

/// A pictogram: the `d` of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(&'static str);

/// An arrow down, on things that open.
pub const DOWN: Icon = Icon("M4.5 6.5 8 10l3.5-3.5");
/// Towards the past.
pub const EARLIER: Icon = Icon("M9.5 4 5.5 8l4 4");
/// Towards the present.
pub const LATER: Icon = Icon("M6.5 4l4 4-4 4");
/// A wider range.
pub const WIDER: Icon = Icon("M7 3.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6M9.8 9.8 13 13M5.4 7h3.2");
/// Asking again.
pub const AGAIN: Icon = Icon("M12.8 8a4.8 4.8 0 1 1-1.4-3.4L13 6.2M13 3v3.2H9.8");
/// A light and a dark half.
pub const THEME: Icon =
    Icon("M8 2.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8m0 0v10.4M8 5.4h3.9M8 8h5M8 10.6h3.9");
/// Handing on.
pub const SHARE: Icon = Icon(
    "M6.8 9.2l2.4-2.4M7.2 5l1.6-1.6a2.6 2.6 0 0 1 3.8 3.8L11 8.8M8.8 11l-1.6 1.6a2.6 2.6 0 0 1-3.8-3.8L5 7.2",
);
/// Rows and columns.
pub const TABLE: Icon = Icon("M2.8 3.5h10.4v9H2.8zM2.8 6.5h10.4M2.8 9.5h10.4M6.6 6.5v6");
/// More to choose from.
pub const MORE: Icon = Icon("M3.6 8h.01M8 8h.01M12.4 8h.01");
/// The page of tiles and charts.
pub const OVERVIEW: Icon = Icon("M2.5 13V9.5M6.2 13V6M9.8 13V8M13.5 13V3");
/// The page of what is known and what is missing.
pub const COVERAGE: Icon = Icon(
    "M2.8 3.2h2.6v2.6H2.8zM6.7 3.2h2.6v2.6H6.7zM10.6 3.2h2.6v2.6h-2.6zM2.8 10.2h2.6v2.6H2.8zM10.6 10.2h2.6v2.6h-2.6zM7.4 11.5h1.2",
);
/// The page of who talks to whom.
pub const CONVERSATIONS: Icon = Icon("M2.8 5.6h9M9 2.8l2.8 2.8L9 8.4M13.2 10.8h-9M7 8l-2.8 2.8L7 13.6");
/// The page of what is held back.
pub const REJECTS: Icon = Icon("M13 8A5 5 0 1 1 3 8a5 5 0 0 1 10 0M4.5 4.5l7 7");
/// The page of interfaces.
pub const INTERFACE: Icon = Icon("M3 3h10v7H3zM8 10v3M5 13h6");
/// The page of records.
pub const FLOWS: Icon = Icon("M3 4h10M3 8h10M3 12h6");
/// The page of what was kept.
pub const VIEWS: Icon = Icon("M4.2 2.8h7.6v10.4L8 10.4l-3.8 2.8z");
/// The page of why it is.
pub const BLOCKED: Icon = Icon("M8 2.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8M4.4 4.4l7.2 7.2");
/// The page of rules.
pub const GROUPS: Icon = Icon("M8 2.5l4.7 1.8v3.6c0 2.9-2 4.8-4.7 5.8-2.7-1-4.7-2.9-4.7-5.8V4.3z");
/// The page of what an edit would have changed.
pub const REPLAY: Icon = Icon("M3.2 8a4.8 4.8 0 1 0 1.4-3.4L3 6.2M3 3v3.2h3.2M8 5.4V8l1.8 1.2");
/// The page of what it costs.
pub const COST: Icon =
    Icon("M10.8 5.2A3 2 0 0 0 8 4a3 2 0 0 0 0 4 3 2 0 0 1 0 4 3 2 0 0 1-2.8-1.2M8 2.4V4M8 12v1.6");
/// The page of how it is set up.
pub const SETUP: Icon = Icon("M2.8 4.5h6M12 4.5h1.2M10.4 3v3M2.8 11.5H5M8.2 11.5h5M6.6 10v3");
/// Taking away.
pub const CLEAR: Icon = Icon("M4.5 4.5l7 7M11.5 4.5l-7 7");
/// A place to put records.
pub const SOURCE: Icon = Icon(
    "M3 4.2C3 3.3 5.2 2.6 8 2.6s5 .7 5 1.6-2.2 1.6-5 1.6-5-.7-5-1.6m0 0v7.6c0 .9 2.2 1.6 5 1.6s5-.7 5-1.6V4.2M3 8c0 .9 2.2 1.6 5 1.6s5-.7 5-1.6",
);
/// Leads on.
pub const ONWARD: Icon = Icon("M3.5 8h9M9 4.5 12.5 8 9 11.5");
/// What is chosen.
pub const CHOSEN: Icon = Icon("M3.5 8.5 6.5 11.5 12.5 5");

/// Draws a pictogram. It says nothing to a screen reader: the control around it has the words.
#[component]
pub fn Pictogram(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=icon.0></path>
        </svg>
    }
}

/// The mark of the product: water above, the barrier below.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
            <path class="water" d="M2 5.5c2.7 0 2.7 2 5.3 2s2.7-2 5.4-2 2.6 2 5.3 2"></path>
            <path class="barrier" d="M3.5 11.5h13M3.5 14.5h13M3.5 17.5h13"></path>
        </svg>
    }
}
