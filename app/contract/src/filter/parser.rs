//! Filter text to a condition, by recursive descent; every fault carries its place and a cure.

use crate::filter::lexer::{Keyword, Lexeme, Shape, lex};
use crate::filter::value::{self, Fault, MISSING};
use crate::filter::{Expr, FilterError, Op, Value};
use crate::spelling::quoted;
use crate::{Field, Kind};

/// Longest filter in bytes: what still fits an address bar when it is percent-encoded.
pub const TEXT_LIMIT: usize = 8_192;
/// Most parentheses and NOTs inside each other: nobody reads deeper, and recursion must end on a small stack.
pub const DEPTH_LIMIT: usize = 32;
/// Most values in a list: longer ones belong into a table to join with, not into a question.
pub const LIST_LIMIT: usize = 500;

const FIELDS_HINT: &str = "Fields have AWS's names, such as srcaddr, dstport or action; derived are service-port, \
                           client, server, scope, aws-service and flow-log-id.";

/// Reads a whole filter; `None` when there is nothing but blanks.
pub(super) fn parse(text: &str) -> Result<Option<Expr>, FilterError> {
    if text.len() > TEXT_LIMIT {
        return Err(too_long(text));
    }
    let mut lexemes = lex(text);
    lexemes.retain(|lexeme| lexeme.shape != Shape::Comment);
    // What is missing is missing behind the last word, not behind the comment after it.
    let end = lexemes.last().map_or(text.trim_end().len(), |last| last.at + last.len);
    let mut parser = Parser { end, lexemes, next: 0, depth: 0 };
    if parser.lexemes.is_empty() {
        return Ok(None);
    }
    let expr = parser.alternatives()?;
    match parser.peek() {
        // Blanks and full names may make the canonical text longer than what was typed, and it has to be read again.
        None if expr.to_string().len() > TEXT_LIMIT => Err(too_long(text)),
        None => Ok(Some(expr)),
        Some(Shape::Close) => {
            Err(parser.fault("this parenthesis was never opened", "Remove it, or open one before."))
        }
        Some(_) => Err(parser.unexpected("AND or OR", "Join conditions with AND or OR.")),
    }
}

fn too_long(text: &str) -> FilterError {
    let at = text.floor_char_boundary(TEXT_LIMIT);
    let message = format!("the filter is longer than {TEXT_LIMIT} bytes when it is written out");
    let hint = "Name networks and ranges instead of single values.".to_owned();
    FilterError { at, len: text.len() - at, message, hint }
}

struct Parser<'a> {
    lexemes: Vec<Lexeme<'a>>,
    /// Index of the lexeme to read next.
    next: usize,
    /// Parentheses and NOTs that are open.
    depth: usize,
    /// Where the text ends, in bytes.
    end: usize,
}

impl<'a> Parser<'a> {
    /// `a OR b OR …`
    fn alternatives(&mut self) -> Result<Expr, FilterError> {
        let mut expr = self.conjunction()?;
        while self.eat_keyword(Keyword::Or) {
            expr = expr.or(self.conjunction()?);
        }
        Ok(expr)
    }

    /// `a AND b AND …`
    fn conjunction(&mut self) -> Result<Expr, FilterError> {
        let mut expr = self.condition()?;
        while self.eat_keyword(Keyword::And) {
            expr = expr.and(self.condition()?);
        }
        Ok(expr)
    }

    /// `NOT a`, `( … )` or a comparison.
    fn condition(&mut self) -> Result<Expr, FilterError> {
        let is_not = self.at_keyword(Keyword::Not);
        if !is_not && self.peek() != Some(&Shape::Open) {
            return self.comparison();
        }
        if self.depth == DEPTH_LIMIT {
            let message = format!("more than {DEPTH_LIMIT} parentheses and NOTs inside each other");
            return Err(self.fault(&message, "Flatten the filter: AND and OR join any number of conditions."));
        }
        self.next += 1;
        self.depth += 1;
        let expr = if is_not { !self.condition()? } else { self.closed()? };
        self.depth -= 1;
        Ok(expr)
    }

    /// What follows an opening parenthesis, with the closing one.
    fn closed(&mut self) -> Result<Expr, FilterError> {
        let expr = self.alternatives()?;
        if !self.eat(&Shape::Close) {
            return Err(self.unexpected("AND, OR or `)`", "Close the parenthesis."));
        }
        Ok(expr)
    }

    /// `field = value`, `field IN …`, `field LIKE …`, `field HAS …`, the last three also behind NOT.
    fn comparison(&mut self) -> Result<Expr, FilterError> {
        let field = self.field()?;
        if let Some(Shape::Operator(op)) = self.peek() {
            let op = *op;
            return self.operand(field, op);
        }
        let negated = self.eat_keyword(Keyword::Not);
        let keyword = match self.peek() {
            Some(Shape::Word(word)) => Keyword::spelled_behind_field(word),
            _ => None,
        };
        let condition = match keyword {
            Some(Keyword::In) => {
                self.next += 1;
                Expr::one_of(field, self.values(field)?)
            }
            Some(Keyword::Like) => self.like(field)?,
            Some(Keyword::Has) => self.has(field)?,
            _ => {
                let expected = if negated { "IN, LIKE or HAS" } else { "an operator" };
                return Err(self.unexpected(expected, &operators_of(field)));
            }
        };
        Ok(if negated { !condition } else { condition })
    }

    /// LIKE and its pattern.
    fn like(&mut self, field: Field) -> Result<Expr, FilterError> {
        if field.kind() != Kind::Text {
            return Err(self.fault(&format!("{field} is no text, so LIKE means nothing"), &in_hint(field)));
        }
        self.next += 1;
        let pattern =
            self.text(field, "a pattern", "In a pattern % stands for any text and _ for any character.")?;
        let like = value::pattern(field, pattern).map_err(|fault| self.fault(&fault.message, &fault.hint))?;
        self.next += 1;
        Ok(like)
    }

    /// HAS and the flags.
    fn has(&mut self, field: Field) -> Result<Expr, FilterError> {
        if field.kind() != Kind::TcpFlags {
            let message = format!("{field} is no set of flags, so HAS means nothing");
            return Err(self.fault(&message, &operators_of(field)));
        }
        self.next += 1;
        let at = self.next;
        let bits = self.values(field)?.iter().try_fold(0, |bits, flags| match flags {
            Value::Number(flags) => u8::try_from(*flags).ok().map(|flags| bits | flags),
            _ => None,
        });
        bits.filter(|bits| *bits != 0).map(|bits| Expr::Has { field, bits }).ok_or_else(|| {
            self.next = at;
            self.fault(
                "HAS needs at least one flag",
                &format!("Write {field} HAS syn, or {field} = 0 for none."),
            )
        })
    }

    fn field(&mut self) -> Result<Field, FilterError> {
        // In quotes a name means itself, however much it looks like another.
        let (name, exact) = match self.peek() {
            Some(Shape::Word(word)) if Keyword::spelled(word).is_none() => (*word, false),
            Some(Shape::Quoted(name)) => (&**name, true),
            _ => return Err(self.unexpected("a field", FIELDS_HINT)),
        };
        let field = Field::named(name).or_else(|| Field::other(name));
        match (field, field.and_then(|field| field.meant())) {
            (Some(field), meant) if exact || meant.is_none() => {
                self.next += 1;
                Ok(field)
            }
            (_, meant) => {
                let hint =
                    meant.map_or_else(|| FIELDS_HINT.to_owned(), |meant| format!("Did you mean {meant}?"));
                Err(self.fault(&format!("unknown field {}", quoted(name)), &hint))
            }
        }
    }

    /// An operator, where one stands, and its value.
    fn operand(&mut self, field: Field, op: Op) -> Result<Expr, FilterError> {
        if op.is_ordering() && !field.kind().is_ordered() {
            let message = format!("{field} has no order, so `{}` means nothing", op.symbol());
            return Err(self.fault(&message, &operators_of(field)));
        }
        self.next += 1;
        if self.peek() == Some(&Shape::Open) {
            return Err(self.fault("a list follows only IN", &format!("Write {field} IN (…).")));
        }
        if let Some(right) = self.other_field(field) {
            if !field.compares_with(right) {
                let message = format!("{field} and {right} are not of one kind");
                return Err(self.fault(&message, &format!("{field} takes {}.", field.kind().takes())));
            }
            self.next += 1;
            return Ok(Expr::Fields { left: field, op, right });
        }
        let value = self.value(field)?;
        if op.is_ordering() && !matches!(value, Value::Number(_)) {
            self.next -= 1;
            let message = format!("`{}` needs a single number or time", op.symbol());
            let cure =
                if value == Value::Missing { format!("Write {field} = {MISSING}.") } else { in_hint(field) };
            return Err(self.fault(&message, &cure));
        }
        Ok(Expr::compare(field, op, value))
    }

    /// What follows IN: one value, or a list in parentheses.
    fn values(&mut self, field: Field) -> Result<Vec<Value>, FilterError> {
        if !self.eat(&Shape::Open) {
            return Ok(vec![self.value(field)?]);
        }
        let mut values = vec![self.value(field)?];
        while self.eat(&Shape::Comma) {
            if values.len() == LIST_LIMIT {
                let message = format!("more than {LIST_LIMIT} values in a list");
                return Err(self.fault(&message, "Name networks and ranges instead of single values."));
            }
            values.push(self.value(field)?);
        }
        if !self.eat(&Shape::Close) {
            return Err(
                self.unexpected("`,` or `)`", "Separate values with commas and close the list with `)`.")
            );
        }
        Ok(values)
    }

    fn value(&mut self, field: Field) -> Result<Value, FilterError> {
        let text = self.text(field, "a value", &format!("{field} takes {}.", field.kind().takes()))?;
        let value =
            value::read(field, text).map_err(|Fault { message, hint }| self.fault(&message, &hint))?;
        self.next += 1;
        Ok(value)
    }

    /// The text of the value, or the pattern, to read next.
    fn text(&self, field: Field, what: &str, hint: &str) -> Result<&str, FilterError> {
        match self.peek() {
            Some(Shape::Word(word)) if Keyword::spelled(word).is_some() => {
                let message = format!("{} is a keyword where {what} of {field} should stand", quoted(word));
                Err(self.fault(&message, &format!("As a value it needs quotes: \"{word}\".")))
            }
            Some(Shape::Word(word)) => Ok(word),
            Some(Shape::Quoted(text)) => Ok(text),
            _ => Err(self.unexpected(&format!("{what} of {field}"), hint)),
        }
    }

    /// The field whose name stands where a value might.
    fn other_field(&self, field: Field) -> Option<Field> {
        match self.peek() {
            Some(Shape::Word(word)) => value::field_named(field, word),
            _ => None,
        }
    }

    fn peek(&self) -> Option<&Shape<'a>> {
        self.lexemes.get(self.next).map(|lexeme| &lexeme.shape)
    }

    fn at_keyword(&self, keyword: Keyword) -> bool {
        matches!(self.peek(), Some(Shape::Word(word)) if Keyword::spelled(word) == Some(keyword))
    }

    fn eat_keyword(&mut self, keyword: Keyword) -> bool {
        let found = self.at_keyword(keyword);
        self.next += usize::from(found);
        found
    }

    fn eat(&mut self, shape: &Shape<'_>) -> bool {
        let found = self.peek() == Some(shape);
        self.next += usize::from(found);
        found
    }

    /// A fault at the lexeme to read next, or at the end of the text.
    fn fault(&self, message: &str, hint: &str) -> FilterError {
        let (at, len) = self.lexemes.get(self.next).map_or((self.end, 0), |lexeme| (lexeme.at, lexeme.len));
        FilterError { at, len, message: message.to_owned(), hint: hint.to_owned() }
    }

    /// The fault that something else should stand here; what cannot be read at all speaks for itself.
    fn unexpected(&self, expected: &str, hint: &str) -> FilterError {
        match self.peek() {
            None => self.fault(&format!("the filter ends where {expected} should stand"), hint),
            Some(Shape::OpenComment) => self.fault("this comment is never closed", "Close it with */."),
            Some(Shape::Unclosed) => self.fault("this quote is never closed", "Close it with the same quote."),
            Some(Shape::Stray(c)) => self.fault(
                &format!("`{}` has no meaning here", c.escape_debug()),
                "Write AND, OR, NOT and IN in words; values with other characters than letters, digits and . _ : / - % \
                 need quotes.",
            ),
            Some(Shape::Word(word)) => {
                self.fault(&format!("{} stands where {expected} should", quoted(word)), hint)
            }
            Some(Shape::Quoted(_)) => self.fault(&format!("a value stands where {expected} should"), hint),
            Some(Shape::Operator(op)) => {
                self.fault(&format!("`{}` stands where {expected} should", op.symbol()), hint)
            }
            Some(Shape::Open) => self.fault(&format!("`(` stands where {expected} should"), hint),
            Some(Shape::Close) => self.fault(&format!("`)` stands where {expected} should"), hint),
            Some(Shape::Comma | Shape::Comment) => {
                self.fault(&format!("`,` stands where {expected} should"), hint)
            }
        }
    }
}

/// The operators a field takes, as a hint.
fn operators_of(field: Field) -> String {
    format!("{field} takes {}.", field.kind().operators())
}

/// How to ask for a set of values.
fn in_hint(field: Field) -> String {
    match field.kind() {
        Kind::Port | Kind::Number => format!("Write {field} IN 100-200 for a range."),
        kind => format!("{field} takes {}.", kind.takes()),
    }
}
