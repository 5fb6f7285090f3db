//! A filter's canonical text: one blank between words, keywords in capitals, parentheses only where they are needed.

use crate::Field;
use crate::filter::{Expr, Value, lexer, value};
use std::fmt;

/// How closely a form holds together; what is looser than its surroundings needs parentheses.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Or,
    And,
    Not,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expr(f, self, Binding::Or)
    }
}

fn write_expr(f: &mut fmt::Formatter<'_>, expr: &Expr, around: Binding) -> fmt::Result {
    match expr {
        Expr::Or(parts) if around > Binding::Or => {
            in_parentheses(f, |f| write_joined(f, parts, " OR ", Binding::Or))
        }
        Expr::Or(parts) => write_joined(f, parts, " OR ", Binding::Or),
        Expr::And(parts) if around > Binding::And => {
            in_parentheses(f, |f| write_joined(f, parts, " AND ", Binding::And))
        }
        Expr::And(parts) => write_joined(f, parts, " AND ", Binding::And),
        Expr::Not(part) => match &**part {
            Expr::In { .. } | Expr::Like { .. } | Expr::Has { .. } => write_condition(f, part, " NOT"),
            part => {
                f.write_str("NOT ")?;
                write_expr(f, part, Binding::Not)
            }
        },
        condition => write_condition(f, condition, ""),
    }
}

/// A condition without further ones inside; `not` stands before the operator, of those that may have it there.
fn write_condition(f: &mut fmt::Formatter<'_>, expr: &Expr, not: &str) -> fmt::Result {
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) => write_expr(f, expr, Binding::Not),
        Expr::Compare { field, op, value } => {
            write_field(f, *field)?;
            write!(f, " {} ", op.symbol())?;
            value::write(f, *field, value)
        }
        Expr::Fields { left, op, right } => {
            write_field(f, *left)?;
            write!(f, " {} {right}", op.symbol())
        }
        Expr::In { field, values } => {
            write_field(f, *field)?;
            write!(f, "{not} IN ")?;
            write_values(f, *field, values)
        }
        Expr::Like { field, pattern } => {
            write_field(f, *field)?;
            write!(f, "{not} LIKE ")?;
            value::write_pattern(f, pattern)
        }
        Expr::Has { field, bits } => {
            write_field(f, *field)?;
            write!(f, "{not} HAS ")?;
            value::write_flags(f, *bits)
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str, around: Binding) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        write_expr(f, part, around)?;
    }
    Ok(())
}

/// A name that would be read as another, or as a keyword, stands in quotes.
fn write_field(f: &mut fmt::Formatter<'_>, field: Field) -> fmt::Result {
    if field.meant().is_none() && lexer::is_bare(field.name()) {
        return f.write_str(field.name());
    }
    write!(f, "\"{field}\"")
}

/// A single value stands without parentheses.
fn write_values(f: &mut fmt::Formatter<'_>, field: Field, values: &[Value]) -> fmt::Result {
    if let [single] = values {
        return value::write(f, field, single);
    }
    in_parentheses(f, |f| {
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            value::write(f, field, value)?;
        }
        Ok(())
    })
}

fn in_parentheses(
    f: &mut fmt::Formatter<'_>,
    inside: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    f.write_str("(")?;
    inside(f)?;
    f.write_str(")")
}
