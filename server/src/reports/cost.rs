//! Cost: the bill, who causes it, and what another set-up would cost and lose.

mod choices;

use super::amounts::{money, percent, rough, share_of};
use super::links::narrowed;
use super::links::{bytes, count};
use super::waterfall::waterfall;
use crate::cost::{Cause, Cost, Costs, FieldCost, Given, InterfaceCost, LogCost, Part};
use chart::waterfall::height_css;
use choices::{chosen, what_ifs};
use contract::report::{
    Block, Cell, Column, Form, FormField, FormKind, Head, Picture, Row, Table, Text, Tile, Tone,
};
use contract::view::TOP_LIMIT;
use contract::{Page, Refusal, Report, View, human, link};
use pricing::{Decimal, StorageClass, dollars};

/// Interfaces named on the page, unless the view asks for more; the rest are one row.
const INTERFACES: usize = 20;
/// A growth below this many percent a week is none.
const GROWTH: f64 = 1.0;

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(costs: &dyn Costs, view: &View) -> Result<Report, Refusal> {
    let cost = costs.cost(view).await?;
    let given = Given::of(view)?;
    if cost.measured.is_none() {
        let paragraphs = vec![
            "Nothing was read yet, so nothing can be priced. What a new flow log would cost stands on the page Set-up."
                .to_owned(),
        ];
        let text = Text {
            head: Head::new("nothing", "Cost").way("Set up a flow log", Page::Setup.elsewhere(view)),
            paragraphs,
        };
        return Ok(Report { headline: "Nothing to price yet.".to_owned(), blocks: vec![Block::Text(text)] });
    }
    let mut blocks = vec![
        Block::Tiles(tiles(&cost)),
        Block::Picture(Picture {
            head: Head::new("waterfall", "A month of 30 days")
                .about("at the measured rate")
                .foot(format!("Prices as of {}", cost.bill.as_of))
                .way("CSV", format!("/api/v1/cost.csv?{}", link::encode(view)))
                .way("JSON", format!("/api/v1/cost?{}", link::encode(view))),
            src: format!("/api/v1/cost.svg?{}", link::encode(view)),
            alt: waterfall(&cost).words,
            height_css: height_css(waterfall(&cost).bars.len()),
        }),
        Block::Pair(vec![Block::Table(bill(&cost)), Block::Table(causes(&cost, view))]),
        Block::Table(logs(&cost, view)),
        Block::Pair(vec![
            Block::Table(parts("destinations", "By destination", "Destination", &cost.destinations)),
            Block::Table(parts("accounts", "By account and region", "Account and region", &cost.accounts)),
            Block::Table(parts("vpcs", "By VPC", "VPC", &cost.vpcs)),
        ]),
        Block::Table(interfaces(&cost, view)),
        Block::Table(fields(&cost)),
        Block::Form(kept(view, &given)),
    ];
    blocks.extend(chosen(&cost, view, &given));
    blocks.extend(what_ifs(&cost, view, &given));
    blocks.push(Block::Text(Text {
        head: Head::new("notes", "How far to trust this"),
        paragraphs: cost.notes.clone(),
    }));
    Ok(Report { headline: headline(&cost), blocks })
}

fn headline(cost: &Cost) -> String {
    let (month, top) = (&cost.month, cost.causes.first());
    let cause =
        top.map(|cause| format!(" {} cause {}.", cause.title, percent(cause.month_usd, cost.bill.total)));
    format!(
        "{} will cost about {}, {} so far.{}",
        month.month,
        rough(month.expected.total),
        rough(month.so_far.total),
        cause.unwrap_or_default()
    )
}

fn tiles(cost: &Cost) -> Vec<Tile> {
    let tile = |title: &str, amount: Decimal, note: String| Tile {
        title: title.to_owned(),
        value: rough(amount),
        exact: dollars(amount),
        note,
        ..Tile::default()
    };
    let (month, bytes) = (&cost.month, human::bytes(cost.text_bytes));
    let growth = month.logs.iter().filter_map(|log| log.trend_percent_per_week);
    let growth = growth.fold(0.0f64, |most, one| if one.abs() > most.abs() { one } else { most });
    let range = format!("{} to {}, four chances in five", rough(month.low.total), rough(month.high.total));
    let trend = if growth.abs() >= GROWTH { format!("; {growth:+.0} % a week") } else { String::new() };
    let estimate = if cost.bill.estimate { "with estimated prices" } else { "list prices" };
    let span = cost.measured.as_ref().map(|(_, last)| format!("up to {last}")).unwrap_or_default();
    vec![
        tile("So far this month", month.so_far.total, format!("{}, delivery of what was read", month.month)),
        tile("Whole month, expected", month.expected.total, format!("{range}{trend}")),
        tile("30 days at this rate", cost.bill.total, estimate.to_owned()),
        Tile {
            title: "Text measured".to_owned(),
            value: bytes.value,
            unit: bytes.unit.to_owned(),
            exact: format!("{} bytes", human::exact(cost.text_bytes)),
            note: format!("{} {span}", human::duration(cost.measured_secs())),
            ..Tile::default()
        },
    ]
}

fn bill(cost: &Cost) -> Table {
    let mut rows: Vec<Row> = cost
        .bill
        .lines
        .iter()
        .map(|line| {
            let estimate = if line.estimate { "estimate; " } else { "" };
            Row::of([
                Cell::new(&line.label).name().note(format!("{estimate}{}", line.source)),
                Cell::new(pricing::grouped(line.quantity.round_dp(3))).exact(line.quantity).note(line.unit),
                Cell::new(format!("${}", line.unit_price)).exact(line.unit_price),
                money(line.amount),
            ])
        })
        .collect();
    let total = if cost.bill.estimate { "Total (estimate)" } else { "Total" };
    rows.push(Row::of([
        Cell::new(total).name().tone(Tone::Warn),
        Cell::default(),
        Cell::default(),
        money(cost.bill.total).tone(Tone::Warn),
    ]));
    Table {
        head: Head::new("bill", "Bill")
            .about("a month of 30 days; a GB is 2^30 bytes")
            .foot(format!("Prices as of {}, in USD", cost.bill.as_of)),
        columns: vec![
            Column::words("What"),
            Column::number("Quantity"),
            Column::number("Price"),
            Column::number("Amount"),
        ],
        rows,
        empty: "Nothing is charged.".to_owned(),
    }
}

fn causes(cost: &Cost, view: &View) -> Table {
    let row = |cause: &Cause| {
        let name = Cell::new(&cause.title).name().note(&cause.how);
        let to = cause.filter.as_ref().and_then(|filter| narrowed(Page::Overview, view, filter));
        let name = match to {
            Some(href) => name.to(href),
            None => name,
        };
        Row::of([
            name,
            bytes(cause.text_bytes),
            share_of(cause.month_usd, cost.bill.total),
            money(cause.month_usd),
        ])
    };
    Table {
        head: Head::new("causes", "Who causes it").about("parts may overlap"),
        columns: vec![
            Column::words("Cause"),
            Column::number("Text"),
            Column::number("Share"),
            Column::number("A month"),
        ],
        rows: cost.causes.iter().map(row).collect(),
        empty: "No NAT gateway, health check, refused traffic or quiet interface was told apart.".to_owned(),
    }
}

fn logs(cost: &Cost, view: &View) -> Table {
    let row = |log: &LogCost| {
        let id = Cell::code(&log.flow_log).name().note(log.fault.clone().unwrap_or_default());
        let id = match narrowed(Page::Overview, view, &format!("flow-log-id = {}", log.flow_log)) {
            Some(href) if log.flow_log.starts_with("fl-") => id.to(href),
            _ => id,
        };
        let about = detail(view, "log", &log.flow_log, &["choose"]);
        let interval = log.interval.map_or_else(String::new, |interval| format!(", {interval} s"));
        let what = format!("{} as {}, {}{interval}", log.destination.label(), log.format, log.traffic.api());
        let stored =
            if log.text_bytes > 0 { 100.0 * log.stored_bytes as f64 / log.text_bytes as f64 } else { 0.0 };
        let mut row = Row::of([
            id.way("What if", format!("{about}#what-if")),
            Cell::code(format!("{} {}", log.account, log.region).trim()),
            Cell::new(what),
            count(log.objects),
            count(log.lines),
            bytes(log.text_bytes).note(format!("{stored:.1} % of it stored")),
            bytes(log.month_bytes),
            money(log.month_usd),
        ]);
        row.tone = if log.fault.is_some() { Tone::Held } else { Tone::Plain };
        row
    };
    Table {
        head: Head::new("flow-logs", "By flow log")
            .about("measured, and made a month of 30 days")
            .way("Import describe-flow-logs", format!("{}#import", Page::Setup.elsewhere(view))),
        columns: vec![
            Column::words("Flow log"),
            Column::words("Account and region"),
            Column::words("Delivered to"),
            Column::number("Objects"),
            Column::number("Lines"),
            Column::number("Text"),
            Column::number("Text a month"),
            Column::number("A month"),
        ],
        rows: cost.logs.iter().map(row).collect(),
        empty: "No flow log was read.".to_owned(),
    }
}

fn parts(id: &str, title: &str, what: &str, parts: &[Part]) -> Table {
    let total: Decimal = parts.iter().map(|part| part.month_usd).sum();
    let row = |part: &Part| {
        let name = if part.name.is_empty() { "not told" } else { &part.name };
        Row::of([
            Cell::code(name).name(),
            bytes(part.text_bytes),
            share_of(part.month_usd, total),
            money(part.month_usd),
        ])
    };
    Table {
        head: Head::new(id, title),
        columns: vec![
            Column::words(what),
            Column::number("Text"),
            Column::number("Share"),
            Column::number("A month"),
        ],
        rows: parts.iter().map(row).collect(),
        empty: String::new(),
    }
}

fn interfaces(cost: &Cost, view: &View) -> Table {
    let most = usize::from(view.top).max(INTERFACES);
    let (named, rest) = cost.interfaces.split_at(most.min(cost.interfaces.len()));
    let row = |one: &InterfaceCost| {
        let name = match one.interface.as_str() {
            "" => Cell::new("header lines and what has no interface").name(),
            id => {
                let cell = Cell::code(id).name();
                match narrowed(Page::Overview, view, &format!("interface-id = {id}")) {
                    Some(href) => cell.to(href),
                    None => cell,
                }
            }
        };
        let name = if one.is_nat { name.note("NAT gateway") } else { name };
        Row::of([
            name,
            Cell::code(&one.vpc),
            Cell::code(&one.flow_log),
            count(one.lines),
            bytes(one.text_bytes),
            share_of(one.month_usd, cost.bill.total),
            money(one.month_usd),
        ])
    };
    let mut rows: Vec<Row> = named.iter().map(row).collect();
    if !rest.is_empty() {
        let (lines, text) = rest.iter().fold((0, 0), |(l, b), one| (l + one.lines, b + one.text_bytes));
        let usd = rest.iter().map(|one| one.month_usd).sum();
        rows.push(Row::of([
            Cell::new(format!("{} more", rest.len())).name().tone(Tone::Quiet),
            Cell::default(),
            Cell::default(),
            count(lines),
            bytes(text),
            share_of(usd, cost.bill.total),
            money(usd),
        ]));
    }
    let top = u16::try_from(cost.interfaces.len()).unwrap_or(u16::MAX).min(TOP_LIMIT);
    let more = View { top, ..view.clone() };
    let head = Head::new("interfaces", "By interface").about("dearest first");
    Table {
        head: if rest.is_empty() { head } else { head.way("All", Page::Cost.address(&more)) },
        columns: vec![
            Column::words("Interface"),
            Column::words("VPC"),
            Column::words("Flow log"),
            Column::number("Lines"),
            Column::number("Text"),
            Column::number("Share"),
            Column::number("A month"),
        ],
        rows,
        empty: String::new(),
    }
}

/// The fields of the flow log that what-ifs are about, in the order of the line.
fn fields(cost: &Cost) -> Table {
    let log = cost.what_if.as_ref().map(|told| told.flow_log.as_str()).unwrap_or_default();
    let (lines, usd) = cost
        .logs
        .iter()
        .find(|one| one.flow_log == log)
        .map(|one| (one.lines, one.month_usd))
        .unwrap_or_default();
    let row = |field: &FieldCost| {
        let mean = field.text_bytes as f64 / lines.max(1) as f64;
        Row::of([
            Cell::code(&field.field).name(),
            Cell::new(format!("{mean:.1}")).exact(mean),
            bytes(field.text_bytes),
            share_of(field.month_usd, usd),
            money(field.month_usd),
        ])
    };
    Table {
        head: Head::new("fields", "By field").about(format!("of {log}, with its share of the bill")),
        columns: vec![
            Column::words("Field"),
            Column::number("Bytes a line"),
            Column::number("Text"),
            Column::number("Share"),
            Column::number("A month"),
        ],
        rows: cost.fields.iter().map(row).collect(),
        empty: "No record was read, so no field either.".to_owned(),
    }
}

/// What no log tells: how long logs are kept, and where.
fn kept(view: &View, given: &Given) -> Form {
    let days = |days: u32| (days.to_string(), format!("{days} days"));
    let mut kept = vec![(String::new(), "for ever".to_owned())];
    kept.extend([14, 30, 90, 365, 730].map(days));
    if let Some(other) =
        given.kept_days.filter(|days| kept.iter().all(|(value, _)| *value != days.to_string()))
    {
        kept.push(days(other));
    }
    let classes = StorageClass::ALL.iter().map(|class| (class.word().to_owned(), class.word().to_owned()));
    Form {
        head: Head::new("kept", "How logs are kept").about("which the logs themselves do not tell"),
        action: Page::Cost.path().to_owned(),
        is_order: false,
        hidden: hidden(view, &["kept", "class"]),
        fields: vec![
            FormField {
                name: "kept".to_owned(),
                label: "Deleted after".to_owned(),
                value: given.kept_days.map(|days| days.to_string()).unwrap_or_default(),
                hint: "For ever is billed as a year.".to_owned(),
                kind: FormKind::OneOf(kept),
                ..FormField::default()
            },
            FormField {
                name: "class".to_owned(),
                label: "Storage class in S3".to_owned(),
                value: given.storage.word().to_owned(),
                kind: FormKind::OneOf(classes.collect()),
                ..FormField::default()
            },
        ],
        button: "Price it so".to_owned(),
    }
}

/// The address of this page with a detail changed (taken out where it is empty), and without others.
fn detail(view: &View, name: &str, value: &str, without: &[&str]) -> String {
    let mut view = view.clone();
    view.details.retain(|known, _| known != name && !without.contains(&known.as_str()));
    if !value.is_empty() {
        view.details.insert(name.to_owned(), value.to_owned());
    }
    Page::Cost.address(&view)
}

/// What a form sends along of a view: everything but its own fields.
fn hidden(view: &View, own: &[&str]) -> Vec<(String, String)> {
    let mut view = view.clone();
    view.details.retain(|name, _| !own.contains(&name.as_str()));
    link::parameters(&view)
}
