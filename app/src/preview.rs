//! What a link says of itself where it is pasted: a title that says what is seen, and a picture by the same painters. Only
//! the server writes it, into the head of every page.

use crate::range;
use contract::filter::{Expr, Op, Value};
use contract::{Dimension, Field, Filter, Measure, Moment, Page, View, link};
use leptos::prelude::*;

/// Size of the picture: CSS pixels and pixels for each of them. Twice 600 × 315 is what previews are cut to, with letters
/// that can still be read when it is shown small.
const WIDTH_CSS: u32 = 600;
const HEIGHT_CSS: u32 = 315;
const RATIO: u32 = 2;

/// Longest filter in a title, letters: titles are cut at about a line.
const FILTER_LETTERS: usize = 80;

/// The address a page was asked under; the server puts it into the context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Scheme, name and port; empty when they are not known.
    pub origin: String,
    /// The path.
    pub path: String,
    /// What stands behind `?`.
    pub query: String,
}

/// What is seen on a page, in half a line: `Rejects by service port, 20 Nov 14:00 to 17:00 UTC`.
pub fn seen(page: Page, view: &View) -> String {
    if page == Page::Views {
        return "Saved views".to_owned();
    }
    let (is_reject, rest) = without_reject(&view.filter);
    let subject = match page {
        Page::Overview if is_reject => format!("Rejects by {}", view.rows.label()),
        Page::Overview => {
            let amount = if view.measure == Measure::Bytes { "Traffic" } else { view.measure.label() };
            match view.splits() {
                [Dimension::None, _] => amount.to_owned(),
                [split, Dimension::None] => format!("{amount} by {}", split.label()),
                [split, within] => format!("{amount} by {} and {}", split.label(), within.label()),
            }
        }
        other if is_reject => format!("{} of rejects", other.label()),
        other => other.label().to_owned(),
    };
    let parts = [worded(&subject), cut(&rest.to_string()), range_said(view)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Words with small letters after the first, but for AWS's own.
fn worded(subject: &str) -> String {
    let small = |word: &str| match word.bytes().all(|b| b.is_ascii_uppercase()) {
        true => word.to_owned(),
        false => word.to_lowercase(),
    };
    let mut words = subject.split(' ');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |said, word| format!("{said} {}", small(word)))
}

/// Whether a filter lets only rejects pass, and the rest of what it says.
fn without_reject(filter: &Filter) -> (bool, Filter) {
    let reject = Expr::Compare { field: Field::ACTION, op: Op::Eq, value: Value::Text("REJECT".to_owned()) };
    match &filter.expr {
        Some(expr) if *expr == reject => (true, Filter::default()),
        Some(Expr::And(parts)) if parts.contains(&reject) => {
            let rest = parts.iter().filter(|part| **part != reject).cloned().reduce(Expr::and);
            (true, Filter { expr: rest })
        }
        _ => (false, filter.clone()),
    }
}

fn cut(filter: &str) -> String {
    match filter.char_indices().nth(FILTER_LETTERS) {
        Some((end, _)) => format!("{}…", &filter[..end]),
        None => filter.to_owned(),
    }
}

fn range_said(view: &View) -> String {
    let said = range::said(view, 0);
    match (view.from, view.to) {
        (Moment::Now { .. }, Moment::Now { .. }) => said.to_lowercase(),
        _ => format!("{said} UTC"),
    }
}

/// The address of the picture of a view on this server; no picture where there is none to draw.
fn picture(page: Page, view: &View) -> Option<String> {
    let name = match page {
        Page::Views => return None,
        Page::Overview if without_reject(&view.filter).0 => "matrix",
        _ => "timeline",
    };
    let link = link::encode(&View { details: Default::default(), ..view.clone() });
    Some(format!("/api/v1/{name}.png?{link}&width={WIDTH_CSS}&height={HEIGHT_CSS}&ratio={RATIO}"))
}

/// The tags of a page's head.
pub fn tags() -> impl IntoView {
    let Opened { origin, path, query } = use_context::<Opened>().unwrap_or_default();
    let page = Page::ALL.into_iter().find(|page| page.path() == path);
    let shown = page.zip(link::decode(&query).ok());
    let title = shown.as_ref().map_or_else(|| "Weir".to_owned(), |(page, view)| seen(*page, view));
    let address = shown.as_ref().map_or_else(|| path.clone(), |(page, view)| page.address(view));
    let picture = shown.as_ref().and_then(|(page, view)| picture(*page, view));
    let card = if picture.is_some() { "summary_large_image" } else { "summary" };
    let picture = picture.map(|picture| {
        [
            tag("og:image", format!("{origin}{picture}")),
            tag("og:image:type", "image/png".to_owned()),
            tag("og:image:width", (WIDTH_CSS * RATIO).to_string()),
            tag("og:image:height", (HEIGHT_CSS * RATIO).to_string()),
            tag("og:image:alt", title.clone()),
        ]
    });
    let named = [
        tag("og:site_name", "Weir".to_owned()),
        tag("og:type", "website".to_owned()),
        tag("og:title", title),
        tag("og:url", format!("{origin}{address}")),
    ];
    view! { {named.collect_view()}{picture.map(CollectView::collect_view)}<meta name="twitter:card" content=card/> }
}

/// One tag.
fn tag(property: &'static str, content: String) -> impl IntoView {
    leptos::html::meta().attr("property", property).attr("content", content)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn said(page: Page, link: &str) -> String {
        seen(page, &link::decode(link).unwrap())
    }

    #[test]
    fn a_title_says_what_is_seen() {
        for (page, link, title) in [
            (Page::Overview, "", "Traffic by action, last 24 hours"),
            (Page::Overview, "within=protocol&from=now-1h", "Traffic by action and protocol, last hour"),
            (Page::Overview, "split=none&measure=flows&from=now-1h", "Flows, last hour"),
            (Page::Overview, "split=aws-service&from=now-1h", "Traffic by AWS service, last hour"),
            (
                Page::Overview,
                "filter=action%3DREJECT&from=2026-11-20T14:00:00Z&to=2026-11-20T17:00:00Z",
                "Rejects by service port, 20 Nov 14:00 to 17:00 UTC",
            ),
            (
                Page::Overview,
                "filter=action%3DREJECT+AND+dstport%3D22&rows=interface-id",
                "Rejects by interface, dstport = 22, last 24 hours",
            ),
            (Page::Coverage, "from=now-7d", "Coverage, last 7 days"),
            (Page::Conversations, "filter=action%3DREJECT", "Conversations of rejects, last 24 hours"),
            (Page::Views, "", "Saved views"),
        ] {
            assert_eq!(said(page, link), title);
        }
        assert!(said(Page::Overview, &format!("filter=instance-id%3D{}", "x".repeat(300))).len() < 150);
    }

    #[test]
    fn rejects_are_previewed_as_the_heatmap() {
        let picture = |link: &str| picture(Page::Overview, &link::decode(link).unwrap()).unwrap();
        assert!(picture("filter=action%3DREJECT").starts_with("/api/v1/matrix.png?v=1&"));
        assert!(picture("").starts_with("/api/v1/timeline.png?v=1&"));
    }
}
