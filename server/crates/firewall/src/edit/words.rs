//! Edits as text that a person writes, one change per line, and what is wrong with a line by its place.
//!
//! ```text
//! add sg-0a1b ingress tcp 5432 from sg-0c2d
//! add sg-0a1b egress udp 53 to 10.0.0.2/32
//! remove sg-0a1b ingress tcp 0-65535 from 0.0.0.0/0
//! remove sgr-0e3f
//! # a remark
//! ```

use super::Edit;
use crate::address::Cidr;
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use std::fmt::Write as _;

/// Most lines: a group holds sixty rules in each direction, and an edit is about a few groups.
const MOST_LINES: usize = 1_000;

/// What is wrong with a line, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct WordsError {
    /// Line, from 1.
    pub line: usize,
    /// Column of the first wrong character, from 1, in characters.
    pub column: usize,
    /// Characters that are wrong.
    pub len: usize,
    /// What is wrong, and what is expected there.
    pub why: String,
}

/// Reads edits, against the inventory that they change. Lines that are empty or begin with `#` say nothing.
///
/// # Errors
/// Everything that is wrong, in the order of the lines; one fault for each.
pub fn parse(text: &str, inventory: &Inventory) -> Result<Vec<Edit>, Vec<WordsError>> {
    let (mut edits, mut errors): (Vec<Edit>, Vec<WordsError>) = (Vec::new(), Vec::new());
    for (place, line) in text.lines().enumerate() {
        let mut words = Words::of(line, place + 1);
        if place >= MOST_LINES {
            errors.push(words.fault(0, format!("more than {MOST_LINES} lines")));
            break;
        }
        if words.list.first().is_none_or(|(_, word)| word.starts_with('#')) {
            continue;
        }
        match words.change(inventory) {
            Ok(change) => add(&mut edits, change),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(edits) } else { Err(errors) }
}

/// An edit as [`parse`] reads it, a line for each rule.
pub fn words(edit: &Edit) -> String {
    let mut text = String::new();
    for (verb, rules) in [("add", &edit.add), ("remove", &edit.remove)] {
        for rule in rules {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{verb} {} {}", edit.group, rule_words(rule));
        }
    }
    text
}

/// A rule in words: `ingress tcp 5432 from sg-0c2d`.
pub fn rule_words(rule: &Rule) -> String {
    let (way, end) = if rule.egress { ("egress", "to") } else { ("ingress", "from") };
    let ports = match rule.ports {
        Ports::All => "all".to_owned(),
        Ports::Range(from, to) if from == to => from.to_string(),
        Ports::Range(from, to) => format!("{from}-{to}"),
        Ports::Icmp(kind, None) => kind.to_string(),
        Ports::Icmp(kind, Some(code)) => format!("{kind}/{code}"),
    };
    match rule.protocol {
        Protocol::All => format!("{way} all {end} {}", rule.peer),
        protocol => format!("{way} {} {ports} {end} {}", protocol.api_name(), rule.peer),
    }
}

/// One line's meaning.
struct Change {
    group: String,
    rule: Rule,
    adds: bool,
}

fn add(edits: &mut Vec<Edit>, change: Change) {
    let place = edits.iter().position(|edit| edit.group == change.group).unwrap_or_else(|| {
        edits.push(Edit { group: change.group.clone(), ..Edit::default() });
        edits.len() - 1
    });
    let edit = &mut edits[place];
    let rules = if change.adds { &mut edit.add } else { &mut edit.remove };
    rules.push(change.rule);
}

/// The words of a line with the columns they begin at.
struct Words<'a> {
    list: Vec<(usize, &'a str)>,
    line: usize,
    /// Characters of the line.
    len: usize,
    next: usize,
}

impl<'a> Words<'a> {
    fn of(text: &'a str, line: usize) -> Self {
        let mut list: Vec<(usize, &str)> = Vec::new();
        let mut rest = text;
        while let Some(begin) = rest.find(|c: char| !c.is_whitespace()) {
            let word = rest[begin..].split_whitespace().next().unwrap_or_default();
            let before = text.len() - rest.len() + begin;
            list.push((text[..before].chars().count() + 1, word));
            rest = &rest[begin + word.len()..];
        }
        Words { list, line, len: text.chars().count(), next: 0 }
    }

    /// A fault at a word, or at the end of the line where there is none.
    fn fault(&self, place: usize, why: String) -> WordsError {
        let (column, len) =
            self.list.get(place).map_or((self.len + 1, 1), |(column, word)| (*column, word.chars().count()));
        WordsError { line: self.line, column, len, why }
    }

    fn take(&mut self) -> Option<&'a str> {
        let word = self.list.get(self.next).map(|(_, word)| *word)?;
        self.next += 1;
        Some(word)
    }

    /// The next word through `read`, or a fault that says what is expected there.
    fn read<T>(&mut self, expected: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, WordsError> {
        let place = self.next;
        let word = self.take();
        word.and_then(read).ok_or_else(|| match word {
            Some(word) => self.fault(place, format!("{word} is not {expected}")),
            None => self.fault(place, format!("here comes {expected}")),
        })
    }

    fn change(&mut self, inventory: &Inventory) -> Result<Change, WordsError> {
        let adds = self.read("add or remove", |word| match word {
            "add" => Some(true),
            "remove" => Some(false),
            _ => None,
        })?;
        let place = self.next;
        let subject = self.read("a security group", |word| Some(word.to_owned()))?;
        if !adds && subject.starts_with("sgr-") {
            let change = by_id(&subject, inventory)
                .ok_or_else(|| self.fault(place, format!("no group has a rule {subject} now")))?;
            return self.end(change);
        }
        if !subject.starts_with("sg-") {
            return Err(self.fault(place, format!("{subject} is not a security group (sg-…)")));
        }
        if !inventory.groups.contains_key(&subject) {
            return Err(self.fault(place, format!("the inventory has no group {subject}")));
        }
        let rule = self.rule()?;
        let group = &inventory.groups[&subject];
        if !adds && !group.rules.iter().any(|there| there.permits_the_same(&rule)) {
            return Err(self.fault(place, format!("{subject} has no such rule to remove")));
        }
        self.end(Change { group: subject, rule, adds })
    }

    fn end(&self, change: Change) -> Result<Change, WordsError> {
        match self.list.get(self.next) {
            None => Ok(change),
            Some((_, word)) => {
                Err(self.fault(self.next, format!("nothing more is expected, yet here is {word}")))
            }
        }
    }

    fn rule(&mut self) -> Result<Rule, WordsError> {
        let egress = self.read("ingress or egress", |word| match word {
            "ingress" | "inbound" => Some(false),
            "egress" | "outbound" => Some(true),
            _ => None,
        })?;
        let protocol = self.read("a protocol: tcp, udp, icmp, icmpv6, all or a number", protocol)?;
        let end = if egress { "to" } else { "from" };
        let is_icmp = matches!(protocol, Protocol::Number(1 | 58));
        let has_ports = self.list.get(self.next).is_some_and(|(_, word)| *word != end);
        let ports = match has_ports {
            true if is_icmp => self.read("an ICMP type, type/code, or all", icmp)?,
            true => self.read("a port, a range like 8000-8080, or all", port_range)?,
            false => Ports::All,
        };
        self.read(end, |word| (word == end).then_some(()))?;
        let peer = self.read("a block like 10.0.0.0/16, a group (sg-…) or a prefix list (pl-…)", far_end)?;
        // Every port of TCP and UDP is written as a range, as EC2 does.
        let ports = match (protocol, ports) {
            (Protocol::Number(6 | 17), Ports::All) => Ports::Range(0, u16::MAX),
            (Protocol::All, _) => Ports::All,
            (_, ports) => ports,
        };
        Ok(Rule { id: String::new(), egress, protocol, ports, peer, description: String::new() })
    }
}

fn by_id(id: &str, inventory: &Inventory) -> Option<Change> {
    inventory.groups.values().find_map(|group| {
        let rule = group.rules.iter().find(|rule| rule.id == id)?.clone();
        Some(Change { group: group.id.clone(), rule, adds: false })
    })
}

fn protocol(word: &str) -> Option<Protocol> {
    Some(match word {
        "all" | "-1" => Protocol::All,
        "tcp" => Protocol::Number(6),
        "udp" => Protocol::Number(17),
        "icmp" => Protocol::Number(1),
        "icmpv6" => Protocol::Number(58),
        number => Protocol::Number(number.parse().ok()?),
    })
}

fn port_range(word: &str) -> Option<Ports> {
    if word == "all" {
        return Some(Ports::All);
    }
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to).then_some(Ports::Range(from, to))
}

fn icmp(word: &str) -> Option<Ports> {
    if word == "all" {
        return Some(Ports::All);
    }
    match word.split_once('/') {
        Some((kind, code)) => Some(Ports::Icmp(kind.parse().ok()?, Some(code.parse().ok()?))),
        None => Some(Ports::Icmp(word.parse().ok()?, None)),
    }
}

fn far_end(word: &str) -> Option<Peer> {
    if word.starts_with("sg-") {
        return Some(Peer::Group(word.to_owned()));
    }
    if word.starts_with("pl-") {
        return Some(Peer::PrefixList(word.to_owned()));
    }
    word.parse::<Cidr>().ok().map(Peer::Cidr)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::inventory::Group;

    fn inventory() -> Inventory {
        let mut inventory = Inventory::default();
        let rule = |id: &str, text: &str| Rule { id: id.to_owned(), ..rule(text) };
        let rules =
            vec![rule("sgr-1", "ingress tcp 443 from 0.0.0.0/0"), rule("sgr-2", "egress all to ::/0")];
        let group = Group { id: "sg-1".to_owned(), rules, ..Group::default() };
        inventory.groups.insert("sg-1".to_owned(), group);
        inventory
    }

    fn rule(text: &str) -> Rule {
        Words::of(text, 1).rule().unwrap()
    }

    fn fault(line: &str) -> (usize, usize, String) {
        let error = parse(line, &inventory()).unwrap_err().remove(0);
        (error.column, error.len, error.why)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let lines = "add sg-1 ingress tcp 5432 from sg-2\nadd sg-1 ingress icmp 8/0 from 10.0.0.0/8\n\
                     add sg-1 egress udp 1000-2000 to pl-1\nadd sg-1 egress 47 all to 2001:db8::/32\n\
                     remove sg-1 ingress tcp 443 from 0.0.0.0/0\n";
        let edits = parse(lines, &inventory()).unwrap();
        assert_eq!((edits.len(), edits[0].add.len(), edits[0].remove.len()), (1, 4, 1));
        assert_eq!(words(&edits[0]), lines);
    }

    #[test]
    fn a_rule_may_go_by_its_id_and_remarks_say_nothing() {
        let edits = parse("# tidy up\n\n  remove sgr-2\n", &inventory()).unwrap();
        assert_eq!(words(&edits[0]), "remove sg-1 egress all to ::/0\n");
    }

    #[test]
    fn all_ports_are_the_same_rule_however_they_are_written() {
        assert_eq!(rule("ingress tcp all from ::/0"), rule("ingress tcp 0-65535 from ::/0"));
        assert_eq!(rule("ingress tcp from ::/0"), rule("ingress tcp all from ::/0"));
    }

    #[test]
    fn a_fault_is_told_by_its_place() {
        assert_eq!(fault("open sg-1"), (1, 4, "open is not add or remove".to_owned()));
        assert_eq!(fault("add sg-9 ingress tcp 1 from ::/0").0, 5);
        let (column, len, why) = fault("add sg-1 ingress tcp 80-70 from ::/0");
        assert_eq!((column, len), (22, 5), "{why}");
        let (column, _, why) = fault("add sg-1 ingress tcp 80");
        assert_eq!((column, why.as_str()), (24, "here comes from"));
        assert_eq!(fault("add sg-1 egress tcp 80 from ::/0").0, 24, "outbound rules are to somebody");
        assert_eq!(fault("add sg-1 ingress tcp 80 from ::/0 please").0, 35);
        assert_eq!(fault("remove sg-1 ingress tcp 444 from 0.0.0.0/0").0, 8, "there is no such rule");
        assert_eq!(fault("remove sgr-9").0, 8);
    }

    #[test]
    fn every_wrong_line_is_told() {
        let errors = parse("add\nadd sg-1 ingress tcp 1 from ::/0\nremove\n", &inventory()).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [1, 3]);
    }
}
