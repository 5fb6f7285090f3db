//! What a filter says, free of how it was written.
//! The constructors keep one shape for one meaning; the text form relies on it.

use crate::Field;
use crate::filter::{FilterError, value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A condition on a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// All of two or more, none of them an `And`.
    And(Vec<Expr>),
    /// At least one of two or more, none of them an `Or`.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// The field against one value; never a network or a range.
    Compare {
        /// The field.
        field: Field,
        /// How they compare.
        op: Op,
        /// The value.
        value: Value,
    },
    /// Two fields of one kind against each other.
    Fields {
        /// The field on the left.
        left: Field,
        /// How they compare.
        op: Op,
        /// The field on the right.
        right: Field,
    },
    /// The text matches a pattern: `%` stands for any text, `_` for any character, a backslash takes what follows as it
    /// is. Capitals matter. One of the three is in it, else it would be a `Compare`.
    Like {
        /// The field, of text.
        field: Field,
        /// The pattern.
        pattern: String,
    },
    /// All of these TCP flags were seen, others perhaps too.
    Has {
        /// The field, of TCP flags.
        field: Field,
        /// At least one flag.
        bits: u8,
    },
    /// The field is one of at least one value; a single one is a network or a range, else it would be a `Compare`.
    In {
        /// The field.
        field: Field,
        /// The values, each once, in the order they were written.
        values: Vec<Value>,
    },
}

/// How a field compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal, or missing.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

impl Op {
    /// The operator as it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
        }
    }

    /// Whether it asks for an order, not only for equality.
    pub const fn is_ordering(self) -> bool {
        !matches!(self, Op::Eq | Op::Ne)
    }
}

/// A value a field is compared with. Which variants occur depends on the field's kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text, and ACCEPT or REJECT; never `-`.
    Text(String),
    /// A port, a count, a code, a protocol number, TCP flag bits, or a time in Unix seconds.
    Number(i64),
    /// A single address; IPv4 in IPv6 is written as IPv4.
    Address(IpAddr),
    /// All addresses that share the first `prefix` bits with `addr`, whose other bits are zero.
    Cidr {
        /// The first address.
        addr: IpAddr,
        /// Leading bits that count; fewer than the address has.
        prefix: u8,
    },
    /// The numbers from `from` to `to`, both included; `from < to`.
    Range {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// The record does not have the field; AWS writes `-`.
    Missing,
}

impl Value {
    /// The address, as IPv4 where it is IPv4 in IPv6's clothes.
    pub fn address(addr: IpAddr) -> Value {
        Value::Address(addr.to_canonical())
    }

    /// The network around `addr`; a single address when the prefix covers all its bits; `None` when it is longer.
    pub fn network(addr: IpAddr, prefix: u8) -> Option<Value> {
        let (addr, prefix) = match addr {
            IpAddr::V6(v6) if prefix >= 96 => match v6.to_ipv4_mapped() {
                Some(v4) => (IpAddr::V4(v4), prefix - 96),
                None => (addr, prefix),
            },
            _ => (addr, prefix),
        };
        let bits: u8 = if addr.is_ipv4() { 32 } else { 128 };
        let zeros = u32::from(bits.checked_sub(prefix)?);
        if zeros == 0 {
            return Some(Value::Address(addr));
        }
        let addr = match addr {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.unbounded_shl(zeros)).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.unbounded_shl(zeros)).into(),
        };
        Some(Value::Cidr { addr, prefix })
    }

    /// The numbers from `from` to `to`; a single number when they are equal; `None` when they are reversed.
    pub fn range(from: i64, to: i64) -> Option<Value> {
        match from.cmp(&to) {
            std::cmp::Ordering::Less => Some(Value::Range { from, to }),
            std::cmp::Ordering::Equal => Some(Value::Number(from)),
            std::cmp::Ordering::Greater => None,
        }
    }

    /// Whether it stands for more than one value, so that only `IN` fits.
    pub const fn is_set(&self) -> bool {
        matches!(self, Value::Cidr { .. } | Value::Range { .. })
    }
}

impl Expr {
    /// `field = text`, the text read as the field's kind asks: how a click on a picture becomes a condition.
    pub fn equals(field: Field, text: &str) -> Result<Expr, FilterError> {
        let value = value::read(field, text).map_err(|fault| fault.at(0, text.len()))?;
        Ok(Expr::compare(field, Op::Eq, value))
    }

    /// `field != text`, the text read as the field's kind asks: how a click on a picture leaves something out.
    pub fn differs(field: Field, text: &str) -> Result<Expr, FilterError> {
        let value = value::read(field, text).map_err(|fault| fault.at(0, text.len()))?;
        Ok(Expr::compare(field, Op::Ne, value))
    }

    /// `field LIKE pattern`; without anything that stands for something else it is `field = pattern`.
    pub fn like(field: Field, pattern: &str) -> Result<Expr, FilterError> {
        value::pattern(field, pattern).map_err(|fault| fault.at(0, pattern.len()))
    }

    /// `field op value`; equality with a network or a range is `IN`.
    pub fn compare(field: Field, op: Op, value: Value) -> Expr {
        match op {
            Op::Eq if value.is_set() => Expr::In { field, values: vec![value] },
            Op::Ne if value.is_set() => !Expr::In { field, values: vec![value] },
            _ => Expr::Compare { field, op, value },
        }
    }

    /// `field IN (values)`, repetitions dropped; a single value is compared. There must be at least one value.
    pub fn one_of(field: Field, values: Vec<Value>) -> Expr {
        let mut distinct: Vec<Value> = Vec::with_capacity(values.len());
        for value in values {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        match <[Value; 1]>::try_from(distinct) {
            Ok([single]) => Expr::compare(field, Op::Eq, single),
            Err(values) => Expr::In { field, values },
        }
    }

    /// Both; nested `And`s become one.
    pub fn and(self, other: Expr) -> Expr {
        let mut parts = match self {
            Expr::And(parts) => parts,
            single => vec![single],
        };
        match other {
            Expr::And(more) => parts.extend(more),
            single => parts.push(single),
        }
        Expr::And(parts)
    }

    /// Either; nested `Or`s become one.
    pub fn or(self, other: Expr) -> Expr {
        let mut parts = match self {
            Expr::Or(parts) => parts,
            single => vec![single],
        };
        match other {
            Expr::Or(more) => parts.extend(more),
            single => parts.push(single),
        }
        Expr::Or(parts)
    }

    /// Adds the fields named here to `fields`, each once.
    pub(super) fn collect_fields(&self, fields: &mut Vec<Field>) {
        match self {
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| part.collect_fields(fields)),
            Expr::Not(part) => part.collect_fields(fields),
            Expr::Compare { field, .. }
            | Expr::In { field, .. }
            | Expr::Like { field, .. }
            | Expr::Has { field, .. } => add(fields, *field),
            Expr::Fields { left, right, .. } => {
                add(fields, *left);
                add(fields, *right);
            }
        }
    }
}

fn add(fields: &mut Vec<Field>, field: Field) {
    if !fields.contains(&field) {
        fields.push(field);
    }
}

impl std::ops::Not for Expr {
    type Output = Expr;

    fn not(self) -> Expr {
        Expr::Not(Box::new(self))
    }
}
