//! What a pasted piece of text names: a log line (by its header, the default format or as JSON), a 5-tuple, an address,
//! an error message with an address in it, an ARN, an id.

use contract::{Field, names};
use std::net::IpAddr;

/// The default format, version 2.
const DEFAULT: [Field; 14] = [
    Field::VERSION,
    Field::ACCOUNT_ID,
    Field::INTERFACE_ID,
    Field::SRCADDR,
    Field::DSTADDR,
    Field::SRCPORT,
    Field::DSTPORT,
    Field::PROTOCOL,
    Field::PACKETS,
    Field::BYTES,
    Field::START,
    Field::END,
    Field::ACTION,
    Field::LOG_STATUS,
];

/// Ids by how they begin, and the field that holds them.
const IDS: [(&str, Field, &str); 6] = [
    ("i-", Field::INSTANCE_ID, "Instance"),
    ("vpc-", Field::VPC_ID, "VPC"),
    ("subnet-", Field::SUBNET_ID, "Subnet"),
    ("fl-", Field::FLOW_LOG_ID, "Flow log"),
    ("tgw-attach-", Field::TGW_ATTACHMENT_ID, "Transit gateway attachment"),
    ("tgw-", Field::TGW_ID, "Transit gateway"),
];

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pasted {
    /// The first address, or the source's.
    pub source: Option<IpAddr>,
    /// The second address, or the destination's.
    pub destination: Option<IpAddr>,
    pub source_port: Option<u16>,
    pub destination_port: Option<u16>,
    /// A port that belongs to no address: a number or a service name that stands alone.
    pub only_port: Option<u16>,
    /// IANA number.
    pub protocol: Option<u8>,
    pub interface: Option<String>,
    /// A network such as `10.0.0.0/8`.
    pub network: Option<String>,
    /// Other ids: a filter for them, the id, what it is.
    pub ids: Vec<(String, String, &'static str)>,
    /// From when to when, Unix seconds.
    pub span: Option<(i64, i64)>,
}

/// Reads any text.
pub(super) fn read(text: &str) -> Pasted {
    match record(text) {
        Some(fields) => of_record(&fields),
        None => of_words(text),
    }
}

/// The fields and values of a log line, when it is one.
fn record(text: &str) -> Option<Vec<(Field, String)>> {
    if text.starts_with('{') {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let field = |(name, value): (String, serde_json::Value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some((Field::named(&name)?, value))
        };
        return Some(object.into_iter().filter_map(field).collect());
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first: Vec<&str> = lines.next()?.split_whitespace().collect();
    let header: Option<Vec<Field>> = first.iter().map(|name| Field::named(name)).collect();
    let (header, values) = match (header, lines.next()) {
        (Some(header), Some(line)) => (header, line.split_whitespace().collect()),
        _ if first.len() == DEFAULT.len() && first.first() == Some(&"2") => (DEFAULT.to_vec(), first),
        _ => return None,
    };
    let is_whole = header.len() == values.len();
    is_whole.then(|| header.into_iter().zip(values.into_iter().map(str::to_owned)).collect())
}

fn of_record(fields: &[(Field, String)]) -> Pasted {
    let text =
        |field: Field| fields.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str());
    let number = |field: Field| text(field).and_then(|text| text.parse::<i64>().ok());
    let port = |field: Field| text(field).and_then(|text| text.parse::<u16>().ok());
    let address = |field: Field| text(field).and_then(|text| text.parse::<IpAddr>().ok());
    Pasted {
        source: address(Field::SRCADDR),
        destination: address(Field::DSTADDR),
        source_port: port(Field::SRCPORT),
        destination_port: port(Field::DSTPORT),
        protocol: number(Field::PROTOCOL).and_then(|number| u8::try_from(number).ok()),
        interface: text(Field::INTERFACE_ID).filter(|id| *id != "-").map(str::to_owned),
        span: number(Field::START).zip(number(Field::END)).filter(|(start, end)| start <= end),
        ..Pasted::default()
    }
}

/// A word that stands for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Address(IpAddr, Option<u16>),
    Number(u16),
    Other,
}

/// Collects what the words of a text name.
fn of_words(text: &str) -> Pasted {
    let is_break = |c: char| c.is_whitespace() || ",;\"'()<>{}=|→".contains(c);
    let words: Vec<&str> = text.split(is_break).filter(|word| !word.is_empty() && *word != "-").collect();
    let mut pasted = Pasted::default();
    let mut placed: Vec<Word> = Vec::new();
    for word in &words {
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        if let Some(arn) = word.strip_prefix("arn:") {
            of_arn(arn, &mut pasted);
        } else if let Some(place) = address(word) {
            placed.push(place);
        } else if !of_id(word, &mut pasted) {
            placed.push(of_name(word, words.len() == 1, &mut pasted));
        }
    }
    place(&placed, &mut pasted);
    pasted
}

/// `10.0.1.5`, `10.0.1.5:443`, `[2001:db8::1]:443`.
fn address(word: &str) -> Option<Word> {
    let plain = word.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = plain.parse() {
        return Some(Word::Address(address, None));
    }
    let (host, port) = word.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some(Word::Address(host.parse().ok()?, Some(port.parse().ok()?)))
}

/// An id of a resource or a network.
fn of_id(word: &str, pasted: &mut Pasted) -> bool {
    if word
        .split_once('/')
        .is_some_and(|(host, bits)| host.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok())
    {
        pasted.network = Some(word.to_owned());
        return true;
    }
    let is_id = |prefix: &str| {
        let rest = word.strip_prefix(prefix).unwrap_or_default();
        rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_hexdigit())
    };
    if is_id("eni-") {
        pasted.interface = Some(word.to_owned());
        return true;
    }
    let known = IDS.iter().find(|(prefix, ..)| is_id(prefix));
    pasted.ids.extend(known.map(|(_, field, about)| (format!("{field} = {word}"), word.to_owned(), *about)));
    known.is_some()
}

/// `aws:ec2:eu-central-1:123456789012:network-interface/eni-…`; what names no resource of the logs names at least the
/// account and the region.
fn of_arn(arn: &str, pasted: &mut Pasted) {
    let parts: Vec<&str> = arn.splitn(5, ':').collect();
    let [_, _, region, account, resource] = parts.as_slice() else { return };
    let id = resource.rsplit(['/', ':']).next().unwrap_or_default();
    if of_id(id, pasted) {
        return;
    }
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if account.is_empty() || !is_plain(account) || !is_plain(region) {
        return;
    }
    let account_alone = format!("account-id = {account}");
    pasted.ids.push(match region.is_empty() {
        true => (account_alone, (*account).to_owned(), "Account"),
        false => (
            format!("{account_alone} AND region = {region}"),
            format!("{account}, {region}"),
            "Account and region",
        ),
    });
}

/// A protocol, an account, a number, a service.
fn of_name(word: &str, is_alone: bool, pasted: &mut Pasted) -> Word {
    let is_digits = word.bytes().all(|b| b.is_ascii_digit());
    if is_digits && word.len() == 12 {
        pasted.ids.push((format!("account-id = {word}"), word.to_owned(), "Account"));
    } else if is_digits && let Ok(number) = word.parse() {
        return Word::Number(number);
    } else if is_alone && let Some(port) = names::service_port(word) {
        return Word::Number(port);
    } else if let Some(number) = names::protocol_number(word) {
        pasted.protocol = Some(number);
    }
    Word::Other
}

/// Which address and number is which: as in AWS's order when both addresses stand first, else each number belongs to the
/// address before it.
fn place(words: &[Word], pasted: &mut Pasted) {
    let named: Vec<Word> = words.iter().copied().filter(|word| *word != Word::Other).collect();
    let addresses = named.iter().filter(|word| matches!(word, Word::Address(..))).count();
    if let [Word::Number(port)] = named.as_slice() {
        pasted.only_port = Some(*port);
    }
    if addresses == 0 {
        return;
    }
    let mut ends: Vec<(IpAddr, Option<u16>)> = Vec::new();
    let mut numbers = Vec::new();
    for word in &named {
        let is_pair = ends.len() == 2;
        match (word, ends.last_mut()) {
            (Word::Address(address, port), _) => ends.push((*address, *port)),
            (Word::Number(number), Some((_, port))) if port.is_none() && !is_pair => *port = Some(*number),
            (Word::Number(number), _) => numbers.push(*number),
            (Word::Other, _) => {}
        }
    }
    let source = ends.first().copied();
    let destination = ends.get(1).copied();
    pasted.source = source.map(|(address, _)| address);
    pasted.destination = destination.map(|(address, _)| address);
    pasted.source_port = source.and_then(|(_, port)| port);
    pasted.destination_port = destination.and_then(|(_, port)| port);
    let mut numbers = numbers.into_iter();
    if destination.is_some() && pasted.source_port.is_none() {
        pasted.source_port = (numbers.len() > 1).then(|| numbers.next()).flatten();
    }
    if destination.is_some() && pasted.destination_port.is_none() {
        pasted.destination_port = numbers.next();
    }
    let left = numbers.next().and_then(|number| u8::try_from(number).ok());
    pasted.protocol = pasted.protocol.or(left);
}
