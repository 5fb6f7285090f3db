//! The filter language as DataFusion expressions over a table's columns.
//!
//! A missing value equals nothing and differs from everything, so that "only this" and "not this" always add up to
//! the whole: negations are pushed to the comparisons, where "or missing" is added.

use crate::schema::{self, CLIENT, CLIENT_IS_SRC, SCOPE, SERVER};
use crate::scope;
use arrow::datatypes::DataType;
use contract::filter::{Expr, Op, Value};
use contract::{Addresses, Field, Filter};
use datafusion_common::ScalarValue;
use datafusion_expr::{Expr as Condition, Operator, binary_expr, cast, ident, lit};
use std::net::IpAddr;

/// Which columns stand for client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Columns of their own: conversations.
    Stored,
    /// The source or the destination, by [`CLIENT_IS_SRC`]: records. Their addresses are those of the interface or those
    /// of the packet.
    BySide(Addresses),
}

/// The condition of a filter; `None` when it lets all pass.
pub fn condition_of(filter: &Filter, ends: Ends) -> Option<Condition> {
    filter.expr.as_ref().map(|expr| holds(expr, false, ends))
}

/// The columns a filter looks at.
pub fn columns_of(filter: &Filter, ends: Ends) -> Vec<String> {
    let mut columns: Vec<String> =
        filter.fields().into_iter().flat_map(|field| columns_of_field(field, ends)).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The columns that tell a field.
pub fn columns_of_field(field: Field, ends: Ends) -> Vec<String> {
    let column = schema::column_of_field(field);
    let parts = match (ends, column.as_str()) {
        (Ends::BySide(addresses), CLIENT | SERVER) => sides(addresses),
        (Ends::BySide(addresses), SCOPE) => scope::columns(addresses),
        (Ends::Stored, SCOPE) => scope::columns(Addresses::Interface),
        _ => return vec![column],
    };
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// The columns of records that tell client and server.
pub const fn sides(addresses: Addresses) -> &'static [&'static str] {
    match addresses {
        Addresses::Interface => &[CLIENT_IS_SRC, "srcaddr", "dstaddr"],
        Addresses::Packet => &[CLIENT_IS_SRC, "srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"],
    }
}

/// Whether the expression holds, or with `negated`, whether it does not.
fn holds(expr: &Expr, negated: bool, ends: Ends) -> Condition {
    match expr {
        Expr::And(parts) => joined(parts, negated, ends, !negated),
        Expr::Or(parts) => joined(parts, negated, ends, negated),
        Expr::Not(part) => holds(part, !negated, ends),
        Expr::Compare { field, op, value } => {
            let compare = |column: Condition| compared(*field, column, *op, value, negated);
            at_end(*field, ends, compare)
        }
        Expr::In { field, values } => at_end(*field, ends, |column| {
            let any = among(*field, &column, values);
            if negated { not_or_missing(any, column) } else { any }
        }),
        Expr::Fields { left, op, right } => {
            let wide = is_wide(*left) || is_wide(*right);
            let number = |field: &Field, column| match wide && !is_wide(*field) {
                true => cast(column, DataType::Int64),
                false => column,
            };
            at_end(*left, ends, |one| {
                let one = number(left, one);
                at_end(*right, ends, |other| held(one.clone(), *op, number(right, other), negated))
            })
        }
        Expr::Like { field, pattern } => at_end(*field, ends, |column| {
            let like = column.clone().like(lit(pattern.as_str()));
            if negated { not_or_missing(like, column) } else { like }
        }),
        Expr::Has { field, bits } => at_end(*field, ends, |column| {
            let bits = i32::from(*bits);
            let has = binary_expr(column.clone(), Operator::BitwiseAnd, lit(bits)).eq(lit(bits));
            if negated { not_or_missing(has, column) } else { has }
        }),
    }
}

/// Whether the column has one of the values: several plain ones are looked up together.
fn among(field: Field, column: &Condition, values: &[Value]) -> Condition {
    let literals: Option<Vec<Condition>> =
        values.iter().map(|value| literal(field, value).filter(|_| values.len() > 1)).collect();
    match literals {
        Some(literals) if !literals.is_empty() => column.clone().in_list(literals, false),
        _ => {
            let each = values.iter().map(|value| equal(field, column.clone(), value));
            each.reduce(Condition::or).unwrap_or_else(|| lit(false))
        }
    }
}

/// Two fields held against each other; numbers of different width as wide ones.
fn held(left: Condition, op: Op, right: Condition, negated: bool) -> Condition {
    let negated = negated != (op == Op::Ne);
    let (a, b) = (left.clone(), right.clone());
    let holds = match op {
        Op::Eq | Op::Ne => a.eq(b),
        Op::Lt => a.lt(b),
        Op::Le => a.lt_eq(b),
        Op::Gt => a.gt(b),
        Op::Ge => a.gt_eq(b),
    };
    if negated { right.is_null().or(not_or_missing(holds, left)) } else { holds }
}

fn joined(parts: &[Expr], negated: bool, ends: Ends, all: bool) -> Condition {
    let join = if all { Condition::and } else { Condition::or };
    parts.iter().map(|part| holds(part, negated, ends)).reduce(join).unwrap_or_else(|| lit(all))
}

/// The condition on the column of a field; for client and server of records, on whichever side it is.
fn at_end(field: Field, ends: Ends, condition: impl Fn(Condition) -> Condition) -> Condition {
    let column = schema::column_of_field(field);
    let (addresses, sides) = match (ends, column.as_str()) {
        (Ends::BySide(addresses), SCOPE) => return condition(scope::expression(addresses)),
        (Ends::BySide(addresses), CLIENT) => (addresses, ["srcaddr", "dstaddr"]),
        (Ends::BySide(addresses), SERVER) => (addresses, ["dstaddr", "srcaddr"]),
        _ => return condition(ident(column)),
    };
    let [side, other] = sides.map(|interface| {
        let packet = ident(format!("pkt_{interface}"));
        match addresses {
            Addresses::Interface => condition(ident(interface)),
            Addresses::Packet => (packet.clone().is_not_null().and(condition(packet.clone())))
                .or(packet.is_null().and(condition(ident(interface)))),
        }
    });
    // A record that does not tell is shown with its source as the client, as in the conversations.
    let reversed = ident(CLIENT_IS_SRC).is_not_null().and(ident(CLIENT_IS_SRC).eq(lit(false)));
    let straight = ident(CLIENT_IS_SRC).is_null().or(ident(CLIENT_IS_SRC).eq(lit(true)));
    straight.and(side).or(reversed.and(other))
}

fn compared(field: Field, column: Condition, op: Op, value: &Value, negated: bool) -> Condition {
    let (positive, negated) = match op {
        Op::Ne => (equal(field, column.clone(), value), !negated),
        Op::Eq => (equal(field, column.clone(), value), negated),
        _ => (ordered(field, column.clone(), op, value), negated),
    };
    match (negated, value) {
        (false, _) => positive,
        (true, Value::Missing) => column.is_not_null(),
        (true, _) => not_or_missing(positive, column),
    }
}

fn not_or_missing(condition: Condition, column: Condition) -> Condition {
    column.is_null().or(datafusion_expr::not(condition))
}

fn ordered(field: Field, column: Condition, op: Op, value: &Value) -> Condition {
    let Some((column, value)) = sides_of(field, column, value) else { return lit(false) };
    match op {
        Op::Lt => column.lt(value),
        Op::Le => column.lt_eq(value),
        Op::Gt => column.gt(value),
        _ => column.gt_eq(value),
    }
}

fn equal(field: Field, column: Condition, value: &Value) -> Condition {
    match value {
        Value::Missing => column.is_null(),
        Value::Range { from, to } => {
            let bound = |op, n: &i64| ordered(field, column.clone(), op, &Value::Number(*n));
            bound(Op::Ge, from).and(bound(Op::Le, to))
        }
        Value::Cidr { addr, prefix } => {
            let (first, last) = network(*addr, *prefix);
            column.clone().gt_eq(address(first)).and(column.lt_eq(address(last)))
        }
        _ => sides_of(field, column, value).map_or_else(|| lit(false), |(column, value)| column.eq(value)),
    }
}

/// A column and a value of the same type, so that nothing is cast row by row; but a number that does not fit a narrow column
/// is held against the column made wide. `None` for what the parser lets stand only where a set is asked for.
fn sides_of(field: Field, column: Condition, value: &Value) -> Option<(Condition, Condition)> {
    match (literal(field, value), value) {
        (Some(literal), _) => Some((column, literal)),
        (None, Value::Number(number)) => Some((cast(column, DataType::Int64), lit(*number))),
        (None, _) => None,
    }
}

/// A value as a literal of the column's own type; `None` where it is a set, missing, or does not fit.
fn literal(field: Field, value: &Value) -> Option<Condition> {
    match value {
        Value::Text(text) => Some(coded(ScalarValue::Utf8(Some(text.clone())))),
        Value::Number(number) if is_wide(field) => Some(lit(*number)),
        Value::Number(number) => i32::try_from(*number).ok().map(lit),
        Value::Address(addr) => Some(address(octets(*addr))),
        Value::Cidr { .. } | Value::Range { .. } | Value::Missing => None,
    }
}

fn is_wide(field: Field) -> bool {
    schema::data_type(&schema::column_of_field(field)) == DataType::Int64
}

fn address(octets: [u8; 16]) -> Condition {
    coded(ScalarValue::Binary(Some(octets.to_vec())))
}

/// A value of a dictionary column.
fn coded(value: ScalarValue) -> Condition {
    lit(ScalarValue::Dictionary(Box::new(DataType::Int32), Box::new(value)))
}

fn octets(addr: IpAddr) -> [u8; 16] {
    match addr {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// First and last address of a network.
fn network(addr: IpAddr, prefix: u8) -> ([u8; 16], [u8; 16]) {
    let prefix = u32::from(prefix) + if addr.is_ipv4() { 96 } else { 0 };
    let hosts = u128::MAX.unbounded_shr(prefix);
    let first = u128::from_be_bytes(octets(addr)) & !hosts;
    (first.to_be_bytes(), (first | hosts).to_be_bytes())
}
