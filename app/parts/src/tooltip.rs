//! A small table beside the pointer.

use leptos::prelude::*;

/// How a colour mark is filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pattern {
    /// Plainly.
    #[default]
    Plain,
    /// Hatched, as rejects are; on a ground the stronger the higher the number.
    Hatched(usize),
    /// A dashed line, as an earlier time is.
    Dashed,
}

impl Pattern {
    const fn class(self) -> &'static str {
        match self {
            Pattern::Plain => "swatch",
            Pattern::Hatched(_) => "swatch hatched",
            Pattern::Dashed => "swatch dashed",
        }
    }
}

/// A line of a tooltip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipRow {
    /// The CSS variable of the colour mark; empty for none.
    pub ink: &'static str,
    /// How the mark is filled.
    pub pattern: Pattern,
    /// What.
    pub label: String,
    /// How much.
    pub value: String,
}

/// What a tooltip says and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Tip {
    /// Where the thing lies, CSS pixels from the left of the box.
    pub x_css: f64,
    /// Where the thing lies, CSS pixels from the top of the box.
    pub y_css: f64,
    /// Width of the box, CSS pixels: the tooltip stands on the side with more room.
    pub width_css: f64,
    /// The first line.
    pub title: String,
    /// The table.
    pub rows: Vec<TipRow>,
    /// A last line.
    pub note: String,
}

/// Space between the thing and its tooltip, CSS pixels.
const GAP_CSS: f64 = 12.0;

impl Tip {
    fn place(&self) -> String {
        let y = self.y_css;
        if self.x_css * 2.0 > self.width_css {
            format!("right:{:.0}px;top:{y:.0}px", self.width_css - self.x_css + GAP_CSS)
        } else {
            format!("left:{:.0}px;top:{y:.0}px", self.x_css + GAP_CSS)
        }
    }
}

/// The colour mark of a series.
#[component]
pub fn Swatch(
    /// The CSS variable of the colour.
    ink: &'static str,
    /// How it is filled.
    pattern: Pattern,
) -> impl IntoView {
    let part =
        if let Pattern::Hatched(part @ 1..) = pattern { format!(";--part:{part}") } else { String::new() };
    view! { <i class=pattern.class() style=format!("--ink:var({ink}){part}")></i> }
}

/// The tooltip; nothing while there is nothing to say. Its words are spoken elsewhere.
#[component]
pub fn Tooltip(
    /// What it says and where.
    tip: Signal<Option<Tip>>,
) -> impl IntoView {
    let row = |row: TipRow| {
        let mark = (!row.ink.is_empty()).then(|| view! { <Swatch ink=row.ink pattern=row.pattern/> });
        view! { <tr><th scope="row">{mark}{row.label}</th><td>{row.value}</td></tr> }
    };
    let draw = move |tip: Tip| {
        let place = tip.place();
        let note = (!tip.note.is_empty()).then(|| view! { <p>{tip.note}</p> });
        view! {
            <div class="tip" style=place aria-hidden="true">
                <b>{tip.title}</b>
                <table><tbody>{tip.rows.into_iter().map(row).collect_view()}</tbody></table>
                {note}
            </div>
        }
    };
    move || tip.get().map(draw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tooltip_stands_where_there_is_room() {
        let tip = |x_css| Tip {
            x_css,
            y_css: 8.0,
            width_css: 400.0,
            title: String::new(),
            rows: Vec::new(),
            note: String::new(),
        };
        assert_eq!(tip(100.0).place(), "left:112px;top:8px");
        assert_eq!(tip(300.0).place(), "right:112px;top:8px");
    }
}
