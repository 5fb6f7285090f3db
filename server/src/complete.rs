//! What may come next in a filter while it is typed: fields, operators, values with how much there is of each, and the
//! words that join conditions.

use app::ports::Flows;
use contract::filter::{Expr, Filter, TokenKind, tokens};
use contract::values::{FIELD, PREFIX};
use contract::view::TOP_LIMIT;
use contract::{Field, Kind, ValueRow, View, human, names};
use serde::Serialize;
use std::ops::Range;
use std::time::Duration;

/// Most choices that are offered.
const LIMIT: usize = 12;
/// How long the counts may take; choices without counts are better than late ones.
const PATIENCE: Duration = Duration::from_millis(400);
/// The flags of TCP that HAS can name, as it writes them.
const FLAGS: [&str; 6] = ["syn", "ack", "fin", "rst", "psh", "urg"];

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
    /// The rest of an operator that begins with NOT.
    Negated(Field),
    /// A value; `in_list` between the parentheses of a list.
    Value { field: Field, asks: Asks, in_list: bool },
    /// AND, OR, or within a list what continues or ends it.
    Joint { list: Option<Asks> },
}

/// What an operator takes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asks {
    /// One value, as `=` does.
    One,
    /// A value or a list of them: IN.
    Several,
    /// A pattern: LIKE.
    Pattern,
    /// A flag or a list of them: HAS.
    Flags,
}

impl Asks {
    const fn takes_list(self) -> bool {
        matches!(self, Asks::Several | Asks::Flags)
    }
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
        Expecting::Negated(field) => negated(field),
        Expecting::Joint { list: Some(_) } => {
            vec![choice(",", "another value"), choice(")", "end of the list")]
        }
        Expecting::Joint { list: None } => vec![choice("AND", "both"), choice("OR", "either")],
        Expecting::Value { field, asks, in_list } => {
            let view = View { filter: chosen_before(text, place.condition), ..view.clone() };
            let mut values = match asks {
                Asks::One | Asks::Several => values(flows, &view, field, &typed).await,
                Asks::Pattern => patterns(flows, &view, field, &typed).await,
                Asks::Flags => flags(flows, &view, field).await,
            };
            if asks.takes_list() && !in_list {
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
    let value = |field: Option<Field>, asks, in_list| match field {
        Some(field) => Expecting::Value { field, asks, in_list },
        None => Expecting::Condition,
    };
    match (kind, written.to_ascii_uppercase().as_str()) {
        (TokenKind::Field | TokenKind::Error, _) if expecting == Expecting::Condition => {
            *field = Field::named(written).or_else(|| Field::other(written));
            field.map_or(Expecting::Condition, Expecting::Operator)
        }
        (TokenKind::Comment, _) => expecting,
        (TokenKind::Keyword, "IN") => value(*field, Asks::Several, false),
        (TokenKind::Keyword, "LIKE") => value(*field, Asks::Pattern, false),
        (TokenKind::Keyword, "HAS") => value(*field, Asks::Flags, false),
        (TokenKind::Keyword, "NOT") => match expecting {
            Expecting::Operator(field) | Expecting::Negated(field) => Expecting::Negated(field),
            _ => Expecting::Condition,
        },
        (TokenKind::Keyword, _) => Expecting::Condition,
        (TokenKind::Operator, _) => value(*field, Asks::One, false),
        (TokenKind::Paren, "(") if list_of(expecting).is_some_and(Asks::takes_list) => {
            value(*field, list_of(expecting).unwrap_or(Asks::Several), true)
        }
        (TokenKind::Paren, ",") => value(*field, list_of(expecting).unwrap_or(Asks::Several), true),
        (TokenKind::Paren, ")") => Expecting::Joint { list: None },
        (TokenKind::Paren, _) => Expecting::Condition,
        (TokenKind::Value | TokenKind::Field | TokenKind::Error, _) => {
            let list =
                list_of(expecting).filter(|_| matches!(expecting, Expecting::Value { in_list: true, .. }));
            Expecting::Joint { list }
        }
    }
}

/// What is being listed or could be.
const fn list_of(expecting: Expecting) -> Option<Asks> {
    match expecting {
        Expecting::Value { asks, .. } => Some(asks),
        Expecting::Joint { list } => list,
        Expecting::Condition | Expecting::Operator(_) | Expecting::Negated(_) => None,
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
    const ALL: [(&str, &str); 12] = [
        ("=", "is"),
        ("!=", "is not, or is missing"),
        ("IN", "is one of, or in a network or range"),
        ("NOT IN", "is none of"),
        ("<", "less than"),
        ("<=", "at most"),
        (">", "more than"),
        (">=", "at least"),
        ("LIKE", "matches: % is any text, _ any character"),
        ("NOT LIKE", "does not match"),
        ("HAS", "all of these flags were seen"),
        ("NOT HAS", "not all of these flags were seen"),
    ];
    let is_fit = |(sign, _): &&(&str, &str)| match sign.trim_start_matches("NOT ") {
        "LIKE" => field.kind() == Kind::Text,
        "HAS" => field.kind() == Kind::TcpFlags,
        sign => field.kind().is_ordered() || !sign.starts_with(['<', '>']),
    };
    ALL.iter().filter(is_fit).map(|(sign, about)| choice(*sign, *about)).collect()
}

/// What can follow NOT.
fn negated(field: Field) -> Vec<Choice> {
    let rest = |sign: Choice| Some(choice(sign.text.strip_prefix("NOT ")?, sign.about));
    operators(field).into_iter().filter_map(rest).collect()
}

/// Values of a field: those in the data with their numbers of records, then those that are documented.
async fn values(flows: &dyn Flows, view: &View, field: Field, typed: &str) -> Vec<Choice> {
    let rows = counted(flows, view, field, typed).await;
    let mut values: Vec<Choice> = rows.iter().filter_map(|row| of_row(field, row)).collect();
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

/// A value with how much there is of it.
fn of_row(field: Field, row: &ValueRow) -> Option<Choice> {
    let flows = format!("{} flows", human::count(row.flows));
    let about = if row.label == row.key { flows } else { format!("{}, {flows}", row.label) };
    Some(choice(written(field, &row.key)?, about))
}

/// Patterns that begin and hold what was typed, then values that are patterns of themselves.
async fn patterns(flows: &dyn Flows, view: &View, field: Field, typed: &str) -> Vec<Choice> {
    let text = typed.trim_matches(['"', '%']);
    let wide = [
        (format!("{text}%"), "begins so"),
        (format!("%{text}%"), "holds it"),
        (format!("%{text}"), "ends so"),
    ];
    let wide = wide.into_iter().filter(|_| !text.is_empty() && !text.contains(['%', '\\']));
    let pattern = |(pattern, about): (String, &str)| {
        let condition = Expr::like(field, &pattern).ok()?.to_string();
        Some(choice(condition.strip_prefix(field.name())?.strip_prefix(" LIKE ")?, about))
    };
    let rows = counted(flows, view, field, text).await;
    let plain = rows.iter().filter(|row| !row.key.contains(['%', '_', '\\']) && row.key != "-");
    wide.filter_map(pattern).chain(plain.filter_map(|row| of_row(field, row))).collect()
}

/// The flags of TCP with the records that show them.
async fn flags(flows: &dyn Flows, view: &View, field: Field) -> Vec<Choice> {
    let rows = counted(flows, view, field, "").await;
    let seen = |flag: &str| -> u64 {
        let bits = names::tcp_flag_bits(flag).unwrap_or_default();
        let has = |row: &&ValueRow| row.key.parse::<u16>().is_ok_and(|flags| flags & bits != 0);
        rows.iter().filter(has).map(|row| row.flows).sum()
    };
    let about =
        |flows: u64| if flows == 0 { String::new() } else { format!("{} flows", human::count(flows)) };
    FLAGS.into_iter().map(|flag| choice(flag, about(seen(flag)))).collect()
}

/// The values in the data, the most frequent first; none when the answer takes too long. While one types, all values are
/// asked for, because that answer is kept; only where there are too many, those that begin so.
async fn counted(flows: &dyn Flows, view: &View, field: Field, typed: &str) -> Vec<ValueRow> {
    let asked = |prefix: &str| {
        let named =
            [(FIELD, field.name()), (PREFIX, prefix)].into_iter().filter(|(_, value)| !value.is_empty());
        let details = named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        View { top: TOP_LIMIT, details, ..view.clone() }
    };
    let typed = typed.trim_start_matches('"');
    let answer = async {
        let all = flows.values(&asked("")).await.ok()?;
        if all.distinct <= u64::from(TOP_LIMIT) || typed.is_empty() {
            return Some(all);
        }
        flows.values(&asked(typed)).await.ok()
    };
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    answer.ok().flatten().map(|values| values.rows.clone()).unwrap_or_default()
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
        let value = |field, asks, in_list| Expecting::Value { field, asks, in_list };
        for (text, place) in [
            ("", (Expecting::Condition, "")),
            ("act", (Expecting::Condition, "act")),
            ("action ", (Expecting::Operator(Field::ACTION), "")),
            ("action =", (value(Field::ACTION, Asks::One, false), "")),
            ("action = rej", (value(Field::ACTION, Asks::One, false), "rej")),
            ("action = REJECT ", (Expecting::Joint { list: None }, "")),
            ("action = REJECT AND ", (Expecting::Condition, "")),
            ("action = REJECT AND dst", (Expecting::Condition, "dst")),
            ("dstport IN ", (value(Field::DSTPORT, Asks::Several, false), "")),
            ("dstport NOT IN (", (value(Field::DSTPORT, Asks::Several, true), "")),
            ("dstport IN (22, ", (value(Field::DSTPORT, Asks::Several, true), "")),
            ("dstport IN (22, 33", (value(Field::DSTPORT, Asks::Several, true), "33")),
            ("dstport IN (22 ", (Expecting::Joint { list: Some(Asks::Several) }, "")),
            ("dstport IN (22) ", (Expecting::Joint { list: None }, "")),
            ("interface-id LIKE eni", (value(Field::INTERFACE_ID, Asks::Pattern, false), "eni")),
            ("interface-id NOT ", (Expecting::Negated(Field::INTERFACE_ID), "")),
            ("interface-id NOT LIKE ", (value(Field::INTERFACE_ID, Asks::Pattern, false), "")),
            ("interface-id LIKE eni-% ", (Expecting::Joint { list: None }, "")),
            ("tcp-flags HAS ", (value(Field::TCP_FLAGS, Asks::Flags, false), "")),
            ("tcp-flags HAS (syn, a", (value(Field::TCP_FLAGS, Asks::Flags, true), "a")),
            ("tcp-flags HAS (syn ", (Expecting::Joint { list: Some(Asks::Flags) }, "")),
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
    fn operators_are_those_that_the_field_takes() {
        let signs = |field| operators(field).into_iter().map(|sign| sign.text).collect::<Vec<_>>();
        assert_eq!(signs(Field::INTERFACE_ID), ["=", "!=", "IN", "NOT IN", "LIKE", "NOT LIKE"]);
        assert_eq!(signs(Field::TCP_FLAGS), ["=", "!=", "IN", "NOT IN", "HAS", "NOT HAS"]);
        assert_eq!(signs(Field::SRCADDR), ["=", "!=", "IN", "NOT IN"]);
        assert!(signs(Field::BYTES).contains(&">=".to_owned()));
        let rest: Vec<String> = negated(Field::TCP_FLAGS).into_iter().map(|sign| sign.text).collect();
        assert_eq!(rest, ["IN", "HAS"]);
    }

    #[test]
    fn a_value_is_written_as_the_filter_reads_it() {
        assert_eq!(written(Field::PROTOCOL, "6").as_deref(), Some("tcp"));
        assert_eq!(written(Field::AWS_SERVICE, "two words").as_deref(), Some("\"two words\""));
        assert_eq!(written(Field::SERVICE_PORT, "-").as_deref(), Some("-"));
    }
}
