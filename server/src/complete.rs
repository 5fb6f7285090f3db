//! What may come next in a filter while it is typed: fields, operators, values with how much there is of each, and the
//! words that join conditions.

use app::ports::Flows;
use contract::filter::{Expr, Filter, TokenKind, tokens};
use contract::view::TopBy;
use contract::{Dimension, Field, Kind, Measure, View, human, names};
use serde::Serialize;
use std::ops::Range;
use std::time::Duration;

/// Most choices that are offered.
const LIMIT: usize = 12;
/// How long the counts may take; choices without counts are better than late ones.
const PATIENCE: Duration = Duration::from_millis(400);
/// Values of a field that are asked for.
const VALUES: u16 = 100;

/// A way to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is written in the place of the word at the cursor.
    pub text: String,
    /// What it means, or how much there is of it.
    pub about: String,
}

/// The ways to go on, and the part of the text that each replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// Bytes from the start of the text.
    pub at: usize,
    /// Bytes that are replaced.
    pub len: usize,
    /// The likeliest first.
    pub choices: Vec<Choice>,
}

/// What stands before the cursor asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expecting {
    /// A field, NOT or a parenthesis.
    Condition,
    /// An operator.
    Operator(Field),
    /// A value; `in_list` between the parentheses of `IN`.
    Value { field: Field, after_in: bool, in_list: bool },
    /// AND, OR or the end of a list.
    Joint { in_list: bool },
}

/// Where in the text one is.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    expecting: Expecting,
    /// The word at the cursor, which is replaced.
    word: Range<usize>,
    /// Where the condition at the cursor begins; what is before it has been chosen.
    condition: usize,
}

/// The ways to go on with `text` when the cursor stands at `at`; values are counted under what is chosen before.
pub async fn complete(flows: &dyn Flows, view: &View, text: &str, at: usize) -> Completion {
    let at = text.floor_char_boundary(at.min(text.len()));
    let place = place(text, at);
    let typed = text.get(place.word.start..at).unwrap_or_default().to_owned();
    let choices = match place.expecting {
        Expecting::Condition => fields(),
        Expecting::Operator(field) => operators(field),
        Expecting::Joint { in_list: true } => {
            vec![choice(",", "another value"), choice(")", "end of the list")]
        }
        Expecting::Joint { in_list: false } => vec![choice("AND", "both"), choice("OR", "either")],
        Expecting::Value { field, after_in, in_list } => {
            let chosen = chosen_before(text, place.condition);
            let mut values = values(flows, &View { filter: chosen, ..view.clone() }, field).await;
            if after_in && !in_list {
                values.insert(0, choice("(", "a list"));
            }
            values
        }
    };
    let choices = ranked(choices, &typed);
    Completion { at: place.word.start, len: place.word.len(), choices }
}

fn choice(text: impl Into<String>, about: impl Into<String>) -> Choice {
    Choice { text: text.into(), about: about.into() }
}

/// Those that begin with what was typed, then those that hold it; none when it stands there whole already.
fn ranked(choices: Vec<Choice>, typed: &str) -> Vec<Choice> {
    let typed = typed.trim_start_matches('"').to_lowercase();
    let place = |choice: &Choice| choice.text.trim_start_matches('"').to_lowercase().find(&typed);
    let mut found: Vec<(bool, Choice)> =
        choices.into_iter().filter_map(|choice| Some((place(&choice)? > 0, choice))).collect();
    found.sort_by_key(|(is_within, _)| *is_within);
    found.truncate(LIMIT);
    match found.as_slice() {
        [(_, only)] if only.text.to_lowercase() == typed => Vec::new(),
        _ => found.into_iter().map(|(_, choice)| choice).collect(),
    }
}

/// Reads what stands before the cursor.
fn place(text: &str, at: usize) -> Place {
    let mut expecting = Expecting::Condition;
    let mut word = at..at;
    let mut condition = 0;
    let mut field = None;
    for (range, kind) in tokens(text) {
        if range.start >= at {
            break;
        }
        // A word the cursor touches is still being typed; signs are finished.
        let is_open = range.end >= at && !matches!(kind, TokenKind::Operator | TokenKind::Paren);
        if is_open {
            word = range;
            if matches!(expecting, Expecting::Condition) {
                condition = word.start;
            }
            break;
        }
        let written = text.get(range.clone()).unwrap_or_default();
        if matches!(expecting, Expecting::Condition) && kind != TokenKind::Keyword {
            condition = range.start;
        }
        expecting = after(expecting, kind, written, &mut field);
    }
    Place { expecting, word, condition }
}

/// What is expected after a part of the text.
fn after(expecting: Expecting, kind: TokenKind, written: &str, field: &mut Option<Field>) -> Expecting {
    let value = |field: Option<Field>, after_in, in_list| match field {
        Some(field) => Expecting::Value { field, after_in, in_list },
        None => Expecting::Condition,
    };
    match (kind, written.to_ascii_uppercase().as_str()) {
        (TokenKind::Field | TokenKind::Error, _) if expecting == Expecting::Condition => {
            *field = Field::named(written).or_else(|| Field::other(written));
            field.map_or(Expecting::Condition, Expecting::Operator)
        }
        (TokenKind::Comment, _) => expecting,
        (TokenKind::Keyword, "IN") => value(*field, true, false),
        (TokenKind::Keyword, "NOT") if matches!(expecting, Expecting::Operator(_)) => expecting,
        (TokenKind::Keyword, _) => Expecting::Condition,
        (TokenKind::Operator, _) => value(*field, false, false),
        (TokenKind::Paren, "(") if matches!(expecting, Expecting::Value { after_in: true, .. }) => {
            value(*field, true, true)
        }
        (TokenKind::Paren, ",") => value(*field, true, true),
        (TokenKind::Paren, ")") => Expecting::Joint { in_list: false },
        (TokenKind::Paren, _) => Expecting::Condition,
        (TokenKind::Value | TokenKind::Field | TokenKind::Error, _) => {
            Expecting::Joint { in_list: matches!(expecting, Expecting::Value { in_list: true, .. }) }
        }
    }
}

/// The filter made of the conditions before the one at the cursor; all records when they do not stand alone.
fn chosen_before(text: &str, condition: usize) -> Filter {
    let before = text.get(..condition).unwrap_or_default().trim_end();
    let before = ["AND", "and", "And"].iter().find_map(|and| before.strip_suffix(and)).unwrap_or_default();
    Filter::parse(before).unwrap_or_default()
}

fn fields() -> Vec<Choice> {
    /// What people ask for most, first.
    const FIRST: [Field; 9] = [
        Field::ACTION,
        Field::SRCADDR,
        Field::DSTADDR,
        Field::SERVICE_PORT,
        Field::INTERFACE_ID,
        Field::CLIENT,
        Field::SERVER,
        Field::DSTPORT,
        Field::PROTOCOL,
    ];
    let rest = Field::ALL.iter().filter(|field| !FIRST.contains(field));
    let mut choices: Vec<Choice> =
        FIRST.iter().chain(rest).map(|field| choice(field.name(), field.about())).collect();
    choices.push(choice("NOT", "what does not hold"));
    choices
}

fn operators(field: Field) -> Vec<Choice> {
    const ALL: [(&str, &str); 8] = [
        ("=", "is"),
        ("!=", "is not, or is missing"),
        ("IN", "is one of, or in a network or range"),
        ("NOT IN", "is none of"),
        ("<", "less than"),
        ("<=", "at most"),
        (">", "more than"),
        (">=", "at least"),
    ];
    let is_fit = |(sign, _): &&(&str, &str)| field.kind().is_ordered() || !sign.starts_with(['<', '>']);
    ALL.iter().filter(is_fit).map(|(sign, about)| choice(*sign, *about)).collect()
}

/// Values of a field: those in the data with their numbers of records, then those that are documented.
async fn values(flows: &dyn Flows, view: &View, field: Field) -> Vec<Choice> {
    let mut values = counted(flows, view, field).await;
    let documented: Vec<String> = match field.kind() {
        Kind::Port => names::service_names().map(str::to_owned).collect(),
        Kind::Protocol => names::protocol_names().map(str::to_owned).collect(),
        Kind::TcpFlags => ["SYN", "SYN-ACK", "FIN", "RST"].map(str::to_owned).to_vec(),
        _ => field.values().iter().map(|value| (*value).to_owned()).collect(),
    };
    for value in documented {
        if !values.iter().any(|known| known.text == value) {
            values.push(choice(value, ""));
        }
    }
    values
}

/// The values in the data, the most frequent first; none when the field is no dimension or the answer takes too long.
async fn counted(flows: &dyn Flows, view: &View, field: Field) -> Vec<Choice> {
    let Some(dimension) = Dimension::ALL.into_iter().find(|one| one.field() == Some(field)) else {
        return Vec::new();
    };
    let by = TopBy::Dimension(dimension);
    let question = View { by, measure: Measure::Flows, top: VALUES, ..view.clone() };
    let Ok(Ok(top)) = tokio::time::timeout(PATIENCE, flows.top(&question)).await else { return Vec::new() };
    let rows = top.rows.iter().filter_map(|row| {
        let text = written(field, &row.key)?;
        let label = Some(row.label.as_str()).filter(|label| *label != row.key);
        let flows = format!("{} flows", human::count(row.flows));
        Some(choice(text, label.map_or_else(|| flows.clone(), |label| format!("{label}, {flows}"))))
    });
    rows.collect()
}

/// A value as it is written in a filter.
fn written(field: Field, value: &str) -> Option<String> {
    let condition = Expr::equals(field, value).ok()?.to_string();
    Some(condition.strip_prefix(field.name())?.trim_start_matches([' ', '=']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expecting(text: &str) -> (Expecting, &str) {
        let place = place(text, text.len());
        (place.expecting, text.get(place.word).unwrap_or_default())
    }

    #[test]
    fn what_stands_before_the_cursor_says_what_may_come() {
        let value = |field, after_in, in_list| Expecting::Value { field, after_in, in_list };
        for (text, place) in [
            ("", (Expecting::Condition, "")),
            ("act", (Expecting::Condition, "act")),
            ("action ", (Expecting::Operator(Field::ACTION), "")),
            ("action =", (value(Field::ACTION, false, false), "")),
            ("action = rej", (value(Field::ACTION, false, false), "rej")),
            ("action = REJECT ", (Expecting::Joint { in_list: false }, "")),
            ("action = REJECT AND ", (Expecting::Condition, "")),
            ("action = REJECT AND dst", (Expecting::Condition, "dst")),
            ("dstport IN ", (value(Field::DSTPORT, true, false), "")),
            ("dstport NOT IN (", (value(Field::DSTPORT, true, true), "")),
            ("dstport IN (22, ", (value(Field::DSTPORT, true, true), "")),
            ("dstport IN (22, 33", (value(Field::DSTPORT, true, true), "33")),
            ("dstport IN (22 ", (Expecting::Joint { in_list: true }, "")),
            ("dstport IN (22) ", (Expecting::Joint { in_list: false }, "")),
            ("(action = REJECT OR ", (Expecting::Condition, "")),
            ("NOT ", (Expecting::Condition, "")),
        ] {
            assert_eq!(expecting(text), place, "{text:?}");
        }
    }

    #[test]
    fn values_are_counted_under_what_was_chosen_before() {
        let text = "action = REJECT AND dstport = 2";
        let place = place(text, text.len());
        assert_eq!(chosen_before(text, place.condition).to_string(), "action = REJECT");
        assert!(chosen_before("(a", 1).is_empty() && chosen_before("", 0).is_empty());
    }

    #[test]
    fn choices_that_begin_with_what_was_typed_come_first() {
        let texts = |typed: &str| -> Vec<String> {
            ranked(fields(), typed).into_iter().map(|choice| choice.text).collect()
        };
        assert_eq!(texts("dst")[..2], ["dstaddr", "dstport"]);
        assert_eq!(texts("action"), Vec::<String>::new(), "there is nothing to complete");
        assert_eq!(texts("xyz"), Vec::<String>::new());
        assert_eq!(texts("").len(), LIMIT);
    }

    #[test]
    fn a_value_is_written_as_the_filter_reads_it() {
        assert_eq!(written(Field::PROTOCOL, "6").as_deref(), Some("tcp"));
        assert_eq!(written(Field::AWS_SERVICE, "two words").as_deref(), Some("\"two words\""));
        assert_eq!(written(Field::SERVICE_PORT, "-").as_deref(), Some("-"));
    }
}
