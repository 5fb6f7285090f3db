//! What every panel of a report has around its body: a title, choices, a foot, links.

use contract::report::{Choice, Head, Way};
use leptos::prelude::*;

/// A panel around `body`.
pub fn panel(head: Head, body: impl IntoView + 'static) -> impl IntoView {
    let Head { id, title, sub, choices, foot, ways } = head;
    let titled = format!("{id}-title");
    let title_id = titled.clone();
    let has_foot = !foot.is_empty() || !ways.is_empty();
    let foot = has_foot.then(|| {
        view! {
            <footer class="foot">
                <span>{foot}</span>
                <span class="links">{ways.into_iter().map(way).collect_view()}</span>
            </footer>
        }
    });
    let choices = (!choices.is_empty()).then(|| {
        let links = choices.into_iter().map(|one| choice(&id, one)).collect_view();
        view! { <div class="seg" role="group" aria-label=format!("{title}, choices")>{links}</div> }
    });
    view! {
        <section class="panel" id=id data-face="ready" aria-labelledby=titled>
            <header>
                <h2 id=title_id>{title}</h2>
                <span class="sub">{sub}</span>
                <div class="right">{choices}</div>
            </header>
            <div class="body">{body}</div>
            {foot}
        </section>
    }
}

/// An address that may be followed: within this server, or a page elsewhere over HTTPS. What comes from a log, an
/// inventory or a form must not become a script.
pub fn safe(href: String) -> Option<String> {
    let is_here = href.starts_with(['/', '#', '?']) && !href.starts_with("//") && !href.starts_with("/\\");
    (is_here || href.starts_with("https://")).then_some(href)
}

/// A link in a foot or beside a value. Files are saved under their own name; what lies elsewhere opens beside; what leads
/// on within the page leaves it where it is scrolled to.
pub fn way(way: Way) -> impl IntoView {
    way_of("", way)
}

/// The same beside a value; `data-again` names it among all links of the page, so that the focus finds it again.
pub fn way_of(value: &str, Way { label, href }: Way) -> impl IntoView + use<> {
    let stays = href.starts_with('?').then_some("");
    let again = stays.map(|_| format!("{value} {label}"));
    let is_file = href.starts_with("/api/");
    let is_elsewhere = href.starts_with("https://");
    let rel = (is_file || is_elsewhere).then_some("external noreferrer");
    view! { <a href=safe(href) rel=rel target=is_elsewhere.then_some("_blank") download=is_file data-noscroll=stays data-again=again>{label}</a> }
}

fn choice(group: &str, Choice { label, href, is_current }: Choice) -> impl IntoView + use<> {
    let again = format!("{group} {label}");
    view! { <a href=safe(href) aria-current=is_current.then_some("true") data-noscroll="" data-again=again>{label}</a> }
}
