//! A suggestion as something to review: the change, four notations of it, what people said of it, and where to try it.

use super::blocked::with;
use super::say;
use super::times::Times;
use crate::advice::decisions::{Decision, Remembered, State};
use crate::advice::{Advised, Adviser};
use crate::clock::now;
use crate::http::advice::beside;
use contract::human;
use contract::report::{
    Block, Cell, Choice, Code, Column, Form, FormField, FormKind, Head, Row, Table, Text, Tone,
};
use contract::{Page, View};
use firewall::edit::words;
use firewall::inventory::Rule;
use firewall::suggest::{Action, Suggestion};
use firewall::traffic::Leg;
use firewall::verdict::Card;

/// Notations: the name in the link, the label, the name of a file.
const NOTATIONS: [(&str, &str, &str); 4] = [
    ("", "Terraform", "weir.tf"),
    ("cli", "AWS CLI", "weir.sh"),
    ("cloudformation", "CloudFormation", "weir.cfn.json"),
    ("json", "JSON", "weir.json"),
];

/// The openings that cure a story: of one of its groups, for its service, for one of its far ends.
pub fn of_card<'a>(card: &Card, advised: &'a Advised) -> Vec<&'a Suggestion> {
    let Some(firewall) = advised.firewall.as_deref() else { return Vec::new() };
    let Some(latest) = firewall.history().latest() else { return Vec::new() };
    let reaches = |rule: &Rule| {
        let port = firewall::inventory::Ports::Range(card.port, card.port);
        let service = rule.protocol.covers(card.protocol) && (rule.ports.covers(port) || card.port == 0);
        let ends = card.peers.iter().any(|block| match &rule.peer {
            firewall::inventory::Peer::Cidr(cidr) => cidr.covers(block) || block.covers(cidr),
            firewall::inventory::Peer::Group(id) => {
                latest.members(id).any(|one| one.addresses.iter().any(|address| block.contains(*address)))
            }
            firewall::inventory::Peer::PrefixList(id) => {
                let entries = latest.prefix_lists.get(id).and_then(|list| list.entries.as_ref());
                entries
                    .is_none_or(|entries| entries.iter().any(|cidr| cidr.covers(block) || block.covers(cidr)))
            }
        });
        service && ends
    };
    let all = advised.advice.suggestions.iter();
    all.filter(|one| {
        one.action == Action::Open
            && card.leg == Leg::Opening
            && one.direction == card.direction
            && card.groups.contains(&one.group)
            && one.add.iter().any(reaches)
    })
    .collect()
}

/// A suggestion in one line: `Open tcp 5432 postgresql from app (sg-0c2d)`.
pub fn title(one: &Suggestion, advised: &Advised) -> String {
    let verb = match one.action {
        Action::Open => "Open",
        Action::Narrow => "Narrow",
        Action::Remove => "Remove",
    };
    let firewall = advised.firewall.as_deref();
    let gone = one.replaces.iter().filter_map(|place| Some(&firewall?.rules().get(*place)?.rule));
    let rules: Vec<&Rule> = if one.add.is_empty() { gone.collect() } else { one.add.iter().collect() };
    let first = rules.first().map(|rule| {
        let end = if rule.egress { "to" } else { "from" };
        let peer = firewall.map(|firewall| crate::advice::groups::peer_label(&rule.peer, firewall));
        format!("{} {end} {}", say::rule_service(rule), peer.unwrap_or_else(|| rule.peer.to_string()))
    });
    let more = if rules.len() > 1 { format!(" and {} more", rules.len() - 1) } else { String::new() };
    format!("{verb} {}{more}", first.unwrap_or_default())
}

/// The blocks of a suggestion on `page`: the change, a notation, what people say.
pub fn blocks(
    adviser: &Adviser,
    (page, view): (Page, &View),
    one: &Suggestion,
    (advised, times): (&Advised, Times),
) -> Vec<Block> {
    let known = adviser.decisions().of(&one.id).unwrap_or_default();
    vec![
        Block::Table(change((page, view), one, advised)),
        Block::Code(notation((page, view), one, advised)),
        decided(&known, times),
        Block::Form(decide((page, view), one, &known)),
    ]
}

fn change((_, view): (Page, &View), one: &Suggestion, advised: &Advised) -> Table {
    let firewall = advised.firewall.as_deref();
    let line = |sign: &str, rule: &Rule, tone: Tone| {
        let name = if rule.id.is_empty() { "new rule".to_owned() } else { rule.id.clone() };
        let peer = firewall.map(|firewall| crate::advice::groups::peer_label(&rule.peer, firewall));
        Row::of([
            Cell::code(sign).tone(tone),
            Cell::code(name).name().note(rule.description.clone()),
            Cell::new(if rule.egress { "out" } else { "in" }),
            Cell::new(say::rule_service(rule)),
            Cell::code(peer.unwrap_or_else(|| rule.peer.to_string())),
        ])
    };
    let gone = one.replaces.iter().filter_map(|place| Some(&firewall?.rules().get(*place)?.rule));
    let mut rows: Vec<Row> = gone.map(|rule| line("−", rule, Tone::Held)).collect();
    rows.extend(one.add.iter().map(|rule| line("+", rule, Tone::Good)));
    let bare = View { details: Default::default(), ..view.clone() };
    let try_it = Page::Replay.address(&with(&bare, "suggestion", &one.id));
    let group = Page::Groups.address(&with(&bare, "id", &one.group));
    let name = firewall.and_then(|firewall| firewall.history().latest()?.groups.get(&one.group));
    let name = name.map(|group| format!(" {}", group.name)).unwrap_or_default();
    Table {
        head: Head::new("change", "The change")
            .about(format!("of {}{name}: {}", one.group, one.why))
            .foot(confidence(one))
            .way("Try it on the recorded traffic", try_it)
            .way("The group", group),
        columns: vec![
            Column::words(""),
            Column::words("Rule"),
            Column::words("Way"),
            Column::words("Service"),
            Column::words("Far end"),
        ],
        rows,
        empty: String::new(),
    }
}

/// How sure, and by what.
fn confidence(one: &Suggestion) -> String {
    let parts: Vec<&str> = one.confidence.parts.iter().map(|part| part.says.as_str()).collect();
    let by = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{} sure{by}", human::percent(one.confidence.value))
}

fn notation((page, view): (Page, &View), one: &Suggestion, advised: &Advised) -> Code {
    let chosen = beside(view, "as").unwrap_or_default();
    let (name, label, file) =
        NOTATIONS.into_iter().find(|(name, ..)| *name == chosen).unwrap_or(NOTATIONS[0]);
    let list = std::slice::from_ref(one);
    let text = match name {
        "cli" => advised.commands(list),
        "cloudformation" => advised.template(list).unwrap_or_default(),
        "json" => json(one, advised),
        _ => advised.terraform(list),
    };
    let mut head = Head::new("text", label)
        .about("to review and apply by hand: Weir changes nothing in an account")
        .foot("AWS keeps the old rules until yours are in place; the AWS CLI has the command that takes each change back");
    head.choices = NOTATIONS
        .map(|(other, label, _)| Choice {
            label: label.to_owned(),
            href: page.address(&with(view, "as", other)),
            is_current: other == name,
        })
        .to_vec();
    Code { head, text: text.trim_end().to_owned(), file: file.to_owned() }
}

/// The suggestion as it stands in the advice.
fn json(one: &Suggestion, advised: &Advised) -> String {
    let only = firewall::suggest::Advice { suggestions: vec![one.clone()], ..Default::default() };
    let window = advised.rows.window();
    let whole = firewall::render::advice(&window, advised.firewall.as_deref(), &[], &only, &[]);
    let entries = serde_json::to_value(whole).map(|whole| whole["suggestions"].clone()).unwrap_or_default();
    serde_json::to_string_pretty(&entries).unwrap_or_default()
}

/// A state in words, with whoever stands behind it.
pub fn state_words(known: &Remembered, times: Times) -> String {
    let state = known.state(now());
    let last = known.decisions.last().cloned().unwrap_or_default();
    let who = if last.owner.is_empty() { String::new() } else { format!(", {}", last.owner) };
    match state {
        State::Open if !last.owner.is_empty() => format!("open{who}"),
        State::Open => "open".to_owned(),
        State::Applied => "applied".to_owned(),
        State::Dismissed => format!("dismissed{who}: {}", last.reason),
        State::TrustedDenied => format!("denied on purpose{who}: {}", last.reason),
        State::Snoozed => format!("snoozed until {}{who}", times.named(last.until.unwrap_or_default())),
    }
}

fn decided(known: &Remembered, times: Times) -> Block {
    let mut paragraphs =
        vec![format!("This suggestion is {}.", state_words(known, times).trim_end_matches('.'))];
    if let Some(at) = known.applied {
        paragraphs.push(format!("The inventory shows the change since {} at the latest.", times.named(at)));
    }
    let before = known.decisions.iter().rev().skip(1).map(|one: &Decision| {
        format!("Before, at {}: {} {}", times.named(one.at), one.state.name(), one.reason)
    });
    paragraphs.extend(before.take(5));
    Block::Text(Text { head: Head::new("state", "Where it stands"), paragraphs })
}

fn decide((page, view): (Page, &View), one: &Suggestion, known: &Remembered) -> Form {
    let field = |name: &str, label: &str, value: String, hint: &str, kind: FormKind| FormField {
        name: name.to_owned(),
        label: label.to_owned(),
        value,
        hint: hint.to_owned(),
        fault: String::new(),
        kind,
    };
    let last = known.decisions.last().cloned().unwrap_or_default();
    let mut says = vec![
        ("open", "Open"),
        ("dismissed", "Dismiss"),
        ("snoozed", "Snooze"),
        ("trusted-denied", "Denied on purpose"),
    ];
    if !known.decisions.is_empty() {
        says.push(("undo", "Take the last decision back"));
    }
    let says = says.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect();
    Form {
        head: Head::new("decide", "Decide").about("kept in the data folder; nothing changes in the account"),
        action: "/decisions".to_owned(),
        is_order: true,
        hidden: vec![("suggestion".to_owned(), one.id.clone()), ("back".to_owned(), page.address(view))],
        fields: vec![
            field("say", "Decision", last.state.name().to_owned(), "", FormKind::OneOf(says)),
            field(
                "reason",
                "Reason",
                last.reason,
                "Needed to dismiss, or to deny on purpose.",
                FormKind::Line,
            ),
            field("owner", "Owner", last.owner, "Who looks after it.", FormKind::Line),
            field("days", "Days to snooze", String::new(), "Two weeks when empty.", FormKind::Number),
        ],
        button: "Keep".to_owned(),
    }
}

/// The edit of a suggestion in words, for the form of the replay.
pub fn edit_words(one: &Suggestion, advised: &Advised) -> String {
    advised.firewall.as_deref().map(|firewall| words(&one.edit(firewall))).unwrap_or_default()
}
