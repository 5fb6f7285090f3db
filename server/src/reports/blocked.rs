//! Blocked: what is refused, what looks most like it should work first; noise is a number.

use super::alike::{self, Alike};
use super::links::{count, tile};
use super::times::Times;
use super::{cure, say, why};
use crate::advice::decisions::State;
use crate::advice::{Advised, Adviser, Stock};
use crate::clock::now;
use crate::http::advice::{beside, options};
use contract::human;
use contract::report::{Block, Cell, Choice, Column, Head, Row, Table, Tile, Tone};
use contract::{Page, Refusal, Report, View};
use firewall::evaluate::Firewall;
use firewall::suggest::Action;
use firewall::verdict::Card;

/// Stories told on the page; the file and the API have all.
const ROWS: usize = 200;
/// Conversations without answers told on the page.
const UNANSWERED: usize = 20;

/// Which stories are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    /// Those that look as if something should work.
    Concerns,
    /// Scanners and late packets.
    Noise,
    /// All.
    All,
}

impl Show {
    const ALL: [(Show, &'static str, &'static str); 3] =
        [(Show::Concerns, "", "Without noise"), (Show::Noise, "noise", "Noise"), (Show::All, "all", "All")];

    fn of(view: &View) -> Show {
        let name = beside(view, "show").unwrap_or_default();
        Show::ALL.into_iter().find(|(_, known, _)| *known == name).map_or(Show::Concerns, |(show, ..)| show)
    }

    fn shows(self, card: &Card) -> bool {
        match self {
            Show::Concerns => !say::is_noise(card.verdict),
            Show::Noise => say::is_noise(card.verdict),
            Show::All => true,
        }
    }
}

/// The page: the list, or one story of it.
///
/// # Errors
/// Whatever the adviser refuses.
pub async fn compose(adviser: &Adviser, view: &View, times: Times) -> Result<Report, Refusal> {
    let stock = adviser.stock();
    let advised = adviser.advised(view, &options(view)?).await?;
    let cards = adviser.cards(view, &advised).await?;
    match beside(view, "id") {
        Some(id) => why::compose(adviser, (view, id), (&advised, times), &cards, &stock),
        None => Ok(list(adviser, view, (&advised, times), &cards, &stock)),
    }
}

/// The detail that tells the stories of one kind apart: the id of one of them.
const ALIKE: &str = "alike";

/// A view with one detail changed; an empty value takes it away.
pub(super) fn with(view: &View, name: &str, value: &str) -> View {
    let mut view = view.clone();
    if value.is_empty() {
        view.details.remove(name);
    } else {
        view.details.insert(name.to_owned(), value.to_owned());
    }
    view
}

/// The address of a story.
pub(super) fn address(view: &View, card: &Card) -> String {
    let bare = View { details: Default::default(), ..view.clone() };
    Page::Blocked.address(&with(&bare, "id", &card.id()))
}

fn list(
    adviser: &Adviser,
    view: &View,
    (advised, times): (&Advised, Times),
    cards: &[Card],
    stock: &Stock,
) -> Report {
    let show = Show::of(view);
    let firewall = advised.firewall.as_deref();
    let told = |show: Show| alike::folded(cards.iter().filter(|card| show.shows(card)), firewall);
    let concerns = told(Show::Concerns);
    let mut blocks = vec![Block::Tiles(tiles(adviser, (advised, cards), concerns.len()))];
    let of_kind = beside(view, ALIKE).and_then(|id| told(Show::All).into_iter().find(|alike| alike.has(id)));
    let is_one_kind = of_kind.is_some();
    let shown = match (of_kind, show) {
        (Some(kind), _) => kind.one_by_one(),
        (None, Show::Concerns) => concerns,
        (None, other) => told(other),
    };
    let mut table = table(view, advised, (show, &shown, cards), say::origin(advised, stock, times));
    if is_one_kind {
        table.head.sub = "one story, told of each interface by itself".to_owned();
        table.head = table.head.way("All stories", Page::Blocked.address(&with(view, ALIKE, "")));
    }
    blocks.push(Block::Table(table));
    blocks.extend(say::inventory_note(stock));
    blocks.extend(withheld(advised));
    blocks.extend(unanswered(advised));
    Report { headline: headline(cards, advised), blocks }
}

fn headline(cards: &[Card], advised: &Advised) -> String {
    let firewall = advised.firewall.as_deref();
    let Some(first) = cards.iter().find(|card| !say::is_noise(card.verdict)) else {
        return match cards.is_empty() {
            true => "Nothing is refused in this range.".to_owned(),
            false => "Nothing that looks as if it should work is refused.".to_owned(),
        };
    };
    let whom = say::interface_name(&first.interface, first.first, firewall);
    let service = say::service(first.protocol, first.port);
    let far = match first.sources {
        1 => say::peers(&first.peers),
        more => human::counted(more as u64, "far end", "far ends"),
    };
    let cured = !cure::of_card(first, advised).is_empty();
    let cure = if cured { " A rule would cure it." } else { "" };
    match first.direction {
        firewall::traffic::Direction::Ingress => {
            format!(
                "Most telling: `{far}` asked `{whom}` for `{service}` and was refused {} times.{cure}",
                human::count(first.flows)
            )
        }
        firewall::traffic::Direction::Egress => {
            format!(
                "Most telling: `{whom}` was refused `{service}` of `{far}` {} times.{cure}",
                human::count(first.flows)
            )
        }
    }
}

fn tiles(adviser: &Adviser, (advised, cards): (&Advised, &[Card]), stories: usize) -> Vec<Tile> {
    let sum = |is_meant: fn(&Card) -> bool| {
        cards.iter().filter(|card| is_meant(card)).map(|card| card.flows).sum::<u64>()
    };
    let noise = sum(|card| say::is_noise(card.verdict));
    let real = sum(|card| !say::is_noise(card.verdict));
    let abstained =
        cards.iter().filter(|card| card.verdict == firewall::verdict::Verdict::Unknown).count() as u64;
    let openings = advised.advice.suggestions.iter().filter(|one| one.action == Action::Open);
    let (mut open, mut decided) = (0_u64, 0_u64);
    for one in openings {
        let state = adviser.decisions().of(&one.id).map_or(State::Open, |known| known.state(now()));
        *(if state == State::Open { &mut open } else { &mut decided }) += 1;
    }
    let quiet = tile("Noise", noise, "records of scanners and closed connections");
    vec![
        tile("Stories", stories as u64, format!("{} records", human::count(real))),
        tile("Suggested openings", open, format!("{decided} decided already")),
        tile("Not told apart", abstained, "a field or file is missing"),
        Tile { tone: Tone::Quiet, ..quiet },
    ]
}

fn table(
    view: &View,
    advised: &Advised,
    (show, shown, all): (Show, &[Alike<'_>], &[Card]),
    origin: String,
) -> Table {
    let mut head = Head::new("stories", "Blocked").about("what looks most as if it should work, first");
    head.choices = Show::ALL
        .map(|(one, name, label)| Choice {
            label: label.to_owned(),
            href: Page::Blocked.address(&with(view, "show", name)),
            is_current: one == show,
        })
        .to_vec();
    head = head.foot(origin).way("JSON", format!("/api/v1/blocked?{}", contract::link::encode(view)));
    let most = shown.iter().map(Alike::flows).max().unwrap_or(1).max(1);
    let rows = shown.iter().take(ROWS).filter_map(|alike| row(view, advised, alike, most)).collect();
    Table {
        head,
        columns: vec![
            Column::words("Why"),
            Column::words("Interface"),
            Column::words("Way"),
            Column::words("Service"),
            Column::words("Far ends"),
            Column::number("Records"),
            Column::words("First"),
            Column::words("Last"),
        ],
        rows,
        empty: match all.is_empty() {
            true => "No refused traffic in this range passes the filter.".to_owned(),
            false => "Nothing of this kind; choose another at the right.".to_owned(),
        },
    }
}

fn row(view: &View, advised: &Advised, alike: &Alike<'_>, most: u64) -> Option<Row> {
    let firewall = advised.firewall.as_deref();
    let card = alike.head()?;
    let title =
        Cell::new(say::title(card.verdict)).name().to(address(view, card)).note(say::why(card, firewall));
    let title = match alike.len() {
        1 => title,
        _ => title.way("one by one", Page::Blocked.address(&with(view, ALIKE, &card.id()))),
    };
    let tone = if say::is_noise(card.verdict) { Tone::Quiet } else { Tone::Plain };
    let (first, last) = alike.seen();
    let cells = [
        title.exact(card.verdict.name()),
        interface(alike, card, firewall),
        Cell::new(say::way(card.direction)),
        Cell::new(say::service(card.protocol, card.port)),
        far_ends(alike, card, firewall),
        count(alike.flows()).share(alike.flows() as f64 / most as f64),
        Cell::moment(first),
        Cell::moment(last),
    ];
    Some(Row { tone, ..Row::of(cells) })
}

fn interface(alike: &Alike<'_>, card: &Card, firewall: Option<&Firewall>) -> Cell {
    let name = say::interface_name(&card.interface, card.first, firewall);
    match (alike.len(), name == card.interface) {
        (1, true) => Cell::code(name),
        (1, false) => Cell::new(name).note(card.interface.clone()),
        (_, true) => Cell::new(alike.interfaces()),
        (_, false) => Cell::new(name).note(alike.interfaces()),
    }
}

fn far_ends(alike: &Alike<'_>, card: &Card, firewall: Option<&Firewall>) -> Cell {
    let peers = alike.peers();
    let far = Cell::code(say::peers(&peers)).exact(alike::blocks(&peers));
    match (alike.len(), card.sources, peers.as_slice()) {
        (_, 1, [block]) => far.note(say::owner(block.first(), card.first, firewall).unwrap_or_default()),
        (1, more, _) => far.note(format!("{} addresses", human::count(more as u64))),
        _ => far,
    }
}

/// Wishes that got no suggestion, by reason.
fn withheld(advised: &Advised) -> Option<Block> {
    let rows: Vec<Row> = advised
        .advice
        .withheld
        .iter()
        .map(|one| Row::of([Cell::new(one.reason).name(), count(one.flows), count(one.sources as u64)]))
        .collect();
    let head =
        Head::new("withheld", "Not opened").about("refused openings for which no rule is suggested, and why");
    say::table_of(head, [Column::words("Reason"), Column::number("Records"), Column::number("Clients")], rows)
}

/// What was let through everywhere and never answered: the firewall is cleared.
fn unanswered(advised: &Advised) -> Option<Block> {
    let rows: Vec<Row> = advised
        .unanswered
        .iter()
        .take(UNANSWERED)
        .map(|one| {
            Row::of([
                Cell::code(one.client.to_string()).name(),
                Cell::code(one.server.to_string()),
                Cell::new(say::service(firewall::traffic::TCP, one.port)),
                count(one.left),
                count(one.arrived),
                Cell::moment(one.first),
                Cell::moment(one.last),
            ])
        })
        .collect();
    let sub = "asked and never answered although every interface let it pass: nothing listens, the host refuses, or a route is missing";
    let columns = [
        Column::words("Client"),
        Column::words("Server"),
        Column::words("Service"),
        Column::number("Left the client"),
        Column::number("Reached the server"),
        Column::words("First"),
        Column::words("Last"),
    ];
    say::table_of(Head::new("unanswered", "Not the firewall").about(sub), columns, rows)
}
