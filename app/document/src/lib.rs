//! Draws a [`Report`] as HTML. Only the server does: the browser is handed the outcome, so that a page of tables, texts
//! and forms adds nothing to what it downloads. Everything that is said passes through Leptos' escaping.

#![recursion_limit = "256"]

mod code;
mod drawing;
mod form;
mod head;
mod long;
mod picture;
mod table;
mod text;
mod tiles;

use contract::Report;
use contract::report::{Block, Tone};
use leptos::prelude::*;
use parts::seam::Seam;
use parts::words::words;

/// The report as HTML.
pub fn html(report: Report) -> String {
    let Report { headline, blocks } = report;
    let said = (!headline.is_empty()).then(|| {
        view! { <div class="say" data-tone="quiet" role="status"><p>{words(&headline)}</p></div> }
    });
    let blocks = blocks.into_iter().map(block).collect_view();
    // A view outside of a page needs an owner of its own for what it creates while it is drawn.
    Owner::new().with(|| view! { {said}{blocks} }.to_html())
}

/// Rows of the long table of a report as HTML, to be put among those that stand in the page; nothing when it has none.
pub fn rows(report: Report) -> String {
    let long = report.blocks.into_iter().find_map(|block| match block {
        Block::Long(long) => Some(long),
        _ => None,
    });
    Owner::new().with(|| long.map(|long| long::rows(long).to_html())).unwrap_or_default()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Tiles(tiles) => tiles::draw(tiles).erased(),
        Block::Table(table) => table::draw(table).erased(),
        Block::Long(long) => long::draw(long).erased(),
        Block::Text(text) => text::draw(text).erased(),
        Block::Code(code) => code::draw(code).erased(),
        Block::Form(form) => form::draw(form).erased(),
        Block::Picture(picture) => picture::draw(picture).erased(),
        Block::Drawing(drawing) => drawing::draw(drawing).erased(),
        Block::Pair(blocks) => {
            view! { <div class="pair">{blocks.into_iter().map(self::block).collect_view()}</div> }.erased()
        }
    }
}

/// The class of a tone.
const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "good",
        Tone::Held => "held",
        Tone::Warn => "warn",
        Tone::Quiet => "quiet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::report::{
        Band, Bands, Cell, Cells, Code, Column, Drawing, Figure, Head, Knot, Row, Spot, Table,
    };

    fn drawn(block: Block) -> String {
        html(Report { headline: String::new(), blocks: vec![block] })
    }

    #[test]
    fn what_the_logs_say_cannot_become_markup() {
        let evil = "<script>alert(1)</script>\"'&";
        let table = Table {
            head: Head::new("evil", evil).about(evil).foot(evil).way(evil, evil),
            columns: vec![Column::words(evil)],
            rows: vec![Row::of([Cell::code(evil).note(evil).to(evil).way(evil, evil)])],
            empty: evil.to_owned(),
        };
        let code = Code { head: Head::new("code", evil), text: evil.to_owned(), file: evil.to_owned() };
        let knot = || Knot { label: evil.to_owned(), text: evil.to_owned(), ..Knot::default() };
        let bands = Bands {
            sources: vec![Knot { name: evil.to_owned(), ..knot() }],
            targets: vec![knot()],
            bands: vec![Band {
                value: 3,
                text: evil.to_owned(),
                href: Some("/".to_owned()),
                ..Band::default()
            }],
        };
        let cells = Cells { rows: vec![evil.to_owned()], columns: vec![evil.to_owned()], ..a_heatmap() };
        let drawings = [Figure::Cells(cells), Figure::Bands(bands)].map(|figure| {
            let rows = vec![Row::of([Cell::new(evil)])];
            let table = Table { rows, ..Table::default() };
            drawn(Block::Drawing(Drawing { table, words: evil.to_owned(), figure }))
        });
        for html in [drawn(Block::Table(table)), drawn(Block::Code(code))].into_iter().chain(drawings) {
            assert!(!html.contains("<script"), "{html}");
            assert!(html.contains("&lt;script"), "{html}");
        }
    }

    #[test]
    fn a_link_leads_within_this_server_or_to_a_page_over_https() {
        let row = |href: &str| Table { rows: vec![Row::of([Cell::new("x").to(href)])], ..Table::default() };
        for good in ["/flows?v=1", "https://docs.aws.amazon.com/", "#id", "?v=1"] {
            assert!(drawn(Block::Table(row(good))).contains("href"), "{good}");
        }
        for bad in ["javascript:alert(1)", "//evil.example", "http://evil.example", "data:text/html,x"] {
            assert!(!drawn(Block::Table(row(bad))).contains("href"), "{bad}");
        }
    }

    fn a_heatmap() -> Cells {
        let spot =
            Spot { value: 7, text: "7".to_owned(), href: Some("/flows?v=1".to_owned()), ..Spot::default() };
        Cells {
            rows: vec!["Monday".to_owned()],
            columns: vec!["00".to_owned(), "01".to_owned(), "02".to_owned()],
            spots: vec![vec![Some(spot), Some(Spot::default()), None]],
            noun: "records".to_owned(),
            ..Cells::default()
        }
    }

    #[test]
    fn a_drawing_has_a_sentence_a_table_and_links_that_take_no_turn_of_the_keyboard() {
        let rows = vec![Row::of([Cell::new("Monday"), Cell::new("7").to("/flows?v=1")])];
        let table = Table { head: Head::new("week", "Hours"), rows, ..Table::default() };
        let figure = Figure::Cells(a_heatmap());
        let html = drawn(Block::Drawing(Drawing { table, words: "Most on Monday.".to_owned(), figure }));
        assert!(
            html.contains("id=\"week-said\"") && html.contains("aria-labelledby=\"week-said\""),
            "{html}"
        );
        assert!(html.contains("Monday, 00: 7 records") && html.contains("<table"), "{html}");
        let count = |text: &str| html.matches(text).count();
        assert_eq!((count("href=\"/flows?v=1\""), count("tabindex=\"-1\"")), (2, 1), "{html}");
        assert!(html.contains("url(#week-dots)"), "what is not known is not zero: {html}");
    }

    #[test]
    fn an_empty_table_says_so() {
        let table = Table {
            columns: vec![Column::words("a"), Column::number("b")],
            empty: "Nothing".into(),
            ..Table::default()
        };
        let html = drawn(Block::Table(table));
        assert!(html.contains("colspan=\"2\"") && html.contains("Nothing"), "{html}");
    }
}
