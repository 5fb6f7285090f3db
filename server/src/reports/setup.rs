//! Set-up: from a purpose, a resource and a destination to the record format and the texts that create the flow log; what
//! flow logs there are, and how one that lacks fields is replaced.

mod wish;

use crate::cost::{Cost, Costs};
use contract::report::{
    Block, Cell, Code, Column, Form, FormField, FormKind, Head, Row, Table, Text, Tile, Tone,
};
use contract::{Page, Refusal, Report, View, link};
use pricing::setup::{
    DeliveryState, ImportedLog, Purpose, Recipe, Replacement, ResourceKind, recipe, replacement,
};
use pricing::{Plan, dollars};
use wish::Wish;

/// Fields named in the table of flow logs; the rest are a number.
const NAMED_FIELDS: usize = 6;

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(costs: &dyn Costs, view: &View) -> Result<Report, Refusal> {
    let cost = costs.cost(&View { details: Default::default(), ..view.clone() }).await?;
    let described = costs.described();
    let wish = Wish::of(view, &cost);
    let mut blocks = Vec::new();
    let mut headline = "What a flow log records is chosen once: its format cannot be changed.".to_owned();
    let made = wish.is_asked.then(|| recipe(costs.book(), &wish.request));
    let fault = made.as_ref().and_then(|made| made.as_ref().err());
    blocks.push(Block::Form(wish.form(view, fault)));
    match (&made, wish.replaces.as_deref().and_then(|id| described.of(id))) {
        (Some(Ok(_)), Some(old)) => {
            let measured = measured(&cost.plans, &old.id);
            let told = replacement(
                costs.book(),
                old,
                &wish.request,
                measured.as_ref().map(|(plan, others)| (*plan, others.as_slice())),
            );
            match told {
                Ok(told) => {
                    headline = format!(
                        "{} is replaced in {} steps; both run for half an hour.",
                        old.id,
                        told.steps.len()
                    );
                    blocks.extend(replaced(&told));
                    blocks.extend(recipe_blocks(&told.recipe));
                }
                Err(error) => blocks.push(refused(&error.to_string())),
            }
        }
        (Some(Ok(made)), None) => {
            headline = format!(
                "{} fields, about {:.0} bytes a line; a million records cost {}.",
                made.fields.len(),
                made.line_bytes,
                dollars(made.million_records_usd)
            );
            blocks.extend(recipe_blocks(made));
        }
        (Some(Err(error)), _) => blocks.push(refused(&error.to_string())),
        (None, _) => {}
    }
    blocks.push(Block::Table(flow_logs(&cost, described.logs(), view)));
    blocks.push(Block::Form(import_form()));
    Ok(Report { headline, blocks })
}

fn refused(why: &str) -> Block {
    let paragraphs = vec![format!("No flow log can be made of this: {why}.")];
    Block::Text(Text { head: Head::new("refused", "Not yet"), paragraphs })
}

/// The plan of a flow log that was measured, and those of all others.
fn measured<'p>(plans: &'p [Plan], id: &str) -> Option<(&'p Plan, Vec<Plan>)> {
    let plan = plans.iter().find(|plan| plan.flow_log == id)?;
    Some((plan, plans.iter().filter(|other| other.flow_log != id).cloned().collect()))
}

fn recipe_blocks(made: &Recipe) -> Vec<Block> {
    let estimate =
        if made.estimate { "an estimate, as the region's price is" } else { "delivery, first tier" };
    let tile = |title: &str, value: String, unit: &str, note: &str| Tile {
        title: title.to_owned(),
        exact: value.clone(),
        value,
        unit: unit.to_owned(),
        note: note.to_owned(),
        ..Tile::default()
    };
    let fields = made.fields.iter().map(|field| {
        Row::of([
            Cell::code(&field.field).name(),
            Cell::new(&field.reason),
            Cell::new(format!("{:.1}", field.usual_bytes))
                .exact(field.usual_bytes)
                .share(field.usual_bytes / made.line_bytes),
        ])
    });
    let mut blocks = vec![
        Block::Tiles(vec![
            tile("Fields", made.fields.len().to_string(), "", "in AWS's order"),
            tile("A line", format!("{:.0}", made.line_bytes), "bytes", "as values usually are"),
            tile("A million records", dollars(made.million_records_usd), "", estimate),
        ]),
        Block::Text(Text {
            head: Head::new("warnings", "Before you run it"),
            paragraphs: made.warnings.clone(),
        }),
        Block::Table(Table {
            head: Head::new("fields", "Fields").about("and why each is there"),
            columns: vec![Column::words("Field"), Column::words("Reason"), Column::number("Bytes a line")],
            rows: fields.collect(),
            empty: String::new(),
        }),
        Block::Code(Code {
            head: Head::new("format", "Record format").about("as the API and the console take it"),
            text: made.log_format.clone(),
            file: String::new(),
        }),
    ];
    blocks.extend(made.texts.iter().map(|text| {
        let file = match text.language {
            "json" => format!("{}.json", text.name),
            "yaml" => format!("{}.yaml", text.name),
            "hcl" => "flow-log.tf".to_owned(),
            _ => String::new(),
        };
        Block::Code(Code { head: Head::new(text.name, text.title), text: text.body.clone(), file })
    }));
    blocks
}

fn replaced(told: &Replacement) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let (Some(before), Some(after), Some(overlap)) = (told.before_usd, told.after_usd, told.overlap_usd) {
        let tile = |title: &str, amount, note: &str| Tile {
            title: title.to_owned(),
            value: dollars(amount),
            exact: dollars(amount),
            note: note.to_owned(),
            ..Tile::default()
        };
        blocks.push(Block::Tiles(vec![
            tile("A month before", before, "all flow logs, as measured"),
            tile("A month after", after, "with the missing fields"),
            tile("While both run", overlap, "half an hour"),
        ]));
    }
    let missing = if told.missing.is_empty() {
        "It has every field that this purpose needs.".to_owned()
    } else {
        format!("It lacks {}. Fields it has beside those are kept.", told.missing.join(", "))
    };
    blocks.push(Block::Text(Text {
        head: Head::new("replacement", "Replacement").about(format!("of {}", told.old_id)),
        paragraphs: vec![missing],
    }));
    for (place, step) in told.steps.iter().enumerate() {
        let head =
            Head::new(&format!("step-{}", place + 1), &format!("Step {}", place + 1)).about(&step.what);
        blocks.push(match &step.command {
            Some(command) => Block::Code(Code { head, text: command.clone(), file: String::new() }),
            None => Block::Text(Text {
                head: Head::new(&format!("step-{}", place + 1), &format!("Step {}", place + 1)),
                paragraphs: vec![step.what.clone()],
            }),
        });
    }
    blocks
}

/// The flow logs that were described or read.
fn flow_logs(cost: &Cost, described: &[ImportedLog], view: &View) -> Table {
    let mut rows: Vec<Row> = described.iter().map(|log| described_row(log, cost, view)).collect();
    let unknown = cost.logs.iter().filter(|log| described.iter().all(|known| known.id != log.flow_log));
    rows.extend(unknown.map(|log| {
        Row::of([
            Cell::code(&log.flow_log).name().note("read, not described: import it to replace it"),
            Cell::code(format!("{} {}", log.account, log.region).trim()),
            Cell::new(log.destination.label()),
            Cell::new("not told").tone(Tone::Quiet),
            Cell::new(named(&lacks(&cost.plans, &log.flow_log))),
            Cell::new(dollars(log.month_usd)).exact(log.month_usd),
        ])
    }));
    Table {
        head: Head::new("existing", "Flow logs there are")
            .about("as described and as read")
            .way("Self-test", Page::SelfTest.elsewhere(view)),
        columns: vec![
            Column::words("Flow log"),
            Column::words("Of"),
            Column::words("Delivered to"),
            Column::words("Delivery"),
            Column::words("Lacks"),
            Column::number("A month"),
        ],
        rows,
        empty: "None is known: import what describe-flow-logs prints.".to_owned(),
    }
}

/// The first of some fields, and how many more there are.
fn named(fields: &[&str]) -> String {
    let named: Vec<&str> = fields.iter().copied().take(NAMED_FIELDS).collect();
    let more = fields.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

/// What the records of a flow log lack that Weir can use.
fn lacks(plans: &[Plan], flow_log: &str) -> Vec<&'static str> {
    let plan = plans.iter().find(|plan| plan.flow_log == flow_log && !plan.volume.fields.is_empty());
    let has = |field: &str| plan.is_none_or(|plan| plan.volume.fields.iter().any(|one| one.field == field));
    let kind = if has("tgw-id") { ResourceKind::TransitGateway } else { ResourceKind::Vpc };
    let mut missing = Purpose::Everything.fields(kind);
    missing.retain(|field| !has(field));
    missing
}

fn described_row(log: &ImportedLog, cost: &Cost, view: &View) -> Row {
    let lacks = log.lacks(Purpose::Everything);
    let (state, cure, tone) = match &log.delivery {
        DeliveryState::Works => ("works".to_owned(), String::new(), Tone::Good),
        DeliveryState::Fails { error, cure } => (error.clone(), cure.clone(), Tone::Held),
        DeliveryState::Unknown => ("not told yet".to_owned(), String::new(), Tone::Quiet),
    };
    let lacking = Cell::new(named(&lacks));
    let lacking = match wish::replace(view, log, cost) {
        Some(href) if !lacks.is_empty() => lacking.way("Replace", href),
        _ => lacking,
    };
    let usd = cost.logs.iter().find(|known| known.flow_log == log.id).map(|known| known.month_usd);
    Row::of([
        Cell::code(&log.id).name().note(format!("{} fields", log.fields.len())),
        Cell::code(&log.resource_id),
        Cell::code(&log.destination_name).note(log.destination.map(|to| to.label()).unwrap_or_default()),
        Cell::new(state).note(cure).tone(tone),
        lacking,
        usd.map_or_else(|| Cell::new("not read").tone(Tone::Quiet), |usd| Cell::new(dollars(usd)).exact(usd)),
    ])
}

fn import_form() -> Form {
    Form {
        head: Head::new("import", "Import describe-flow-logs")
            .about("layouts, destinations and delivery errors, which objects do not tell"),
        action: "/api/v1/flow-logs".to_owned(),
        is_order: true,
        hidden: Vec::new(),
        fields: vec![FormField {
            name: "described".to_owned(),
            label: "What `aws ec2 describe-flow-logs --output json` prints".replace('`', ""),
            hint: "Once for each region; a flow log that is told again is as it is told now. It stays in the data folder."
                .to_owned(),
            kind: FormKind::Lines,
            ..FormField::default()
        }],
        button: "Import".to_owned(),
    }
}

/// What every form of this page sends along: the question, without what only this page understands.
fn kept(view: &View) -> Vec<(String, String)> {
    link::parameters(&View { details: Default::default(), ..view.clone() })
}

/// A choice of a form: value and label.
fn choice(value: &str, label: &str) -> (String, String) {
    (value.to_owned(), label.to_owned())
}

/// The word for a purpose in links.
const fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::DebugRejects => "debug-rejects",
        Purpose::TightenGroups => "tighten-groups",
        Purpose::Cost => "cost",
        Purpose::Everything => "everything",
    }
}

/// What people call a resource.
const fn resource_label(resource: ResourceKind) -> &'static str {
    match resource {
        ResourceKind::Vpc => "VPC",
        ResourceKind::Subnet => "Subnet",
        ResourceKind::Interface => "Network interface",
        ResourceKind::RegionalNatGateway => "Regional NAT gateway",
        ResourceKind::TransitGateway => "Transit gateway",
        ResourceKind::TransitGatewayAttachment => "Transit gateway attachment",
    }
}
