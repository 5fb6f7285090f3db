//! The parts of a filter while it is typed, for colouring: reads on behind faults and judges no values.

use crate::Field;
use crate::filter::lexer::{Keyword, Shape, lex};
use std::ops::Range;

/// What a part of a filter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A known field.
    Field,
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Operator,
    /// A value, with its quotes.
    Value,
    /// AND, OR, NOT, IN, LIKE, HAS.
    Keyword,
    /// A parenthesis or a comma.
    Paren,
    /// `-- …` or `/* … */`.
    Comment,
    /// An unknown field, a quote that is not closed, a character without a meaning.
    Error,
}

/// What the next word would be.
#[derive(Clone, Copy, PartialEq)]
enum Expecting {
    /// A field or a keyword.
    Condition,
    /// An operator or a keyword.
    Operator,
    /// One value; after `IN` perhaps a list instead.
    Value { list_allowed: bool },
    /// Values up to the closing parenthesis.
    List,
}

/// The parts of `text` as byte ranges, in order and without overlap; blanks lie between them.
pub fn tokens(text: &str) -> Vec<(Range<usize>, TokenKind)> {
    let mut expecting = Expecting::Condition;
    let mut tokens = Vec::new();
    for lexeme in lex(text) {
        let kind;
        (kind, expecting) = classify(&lexeme.shape, expecting);
        tokens.push((lexeme.at..lexeme.at + lexeme.len, kind));
    }
    tokens
}

/// What `shape` is where `expecting` holds, and what is expected after it.
fn classify(shape: &Shape<'_>, expecting: Expecting) -> (TokenKind, Expecting) {
    let after_value = if expecting == Expecting::List { Expecting::List } else { Expecting::Condition };
    let at_name = matches!(expecting, Expecting::Condition | Expecting::Operator);
    match shape {
        Shape::Word(word) => match keyword(word, expecting) {
            Some(Keyword::In | Keyword::Has) => (TokenKind::Keyword, Expecting::Value { list_allowed: true }),
            Some(Keyword::Like) => (TokenKind::Keyword, Expecting::Value { list_allowed: false }),
            // `field NOT IN …`
            Some(Keyword::Not) if expecting == Expecting::Operator => (TokenKind::Keyword, expecting),
            Some(_) => (TokenKind::Keyword, Expecting::Condition),
            None if !at_name => (TokenKind::Value, after_value),
            None => (name(word, false), Expecting::Operator),
        },
        Shape::Quoted(word) if at_name => (name(word, true), Expecting::Operator),
        Shape::Quoted(_) => (TokenKind::Value, after_value),
        Shape::Operator(_) => (TokenKind::Operator, Expecting::Value { list_allowed: false }),
        Shape::Open if expecting == (Expecting::Value { list_allowed: true }) => {
            (TokenKind::Paren, Expecting::List)
        }
        Shape::Open | Shape::Close => (TokenKind::Paren, Expecting::Condition),
        Shape::Comma => (TokenKind::Paren, expecting),
        Shape::Comment => (TokenKind::Comment, expecting),
        Shape::Unclosed | Shape::OpenComment | Shape::Stray(_) => (TokenKind::Error, expecting),
    }
}

fn keyword(word: &str, expecting: Expecting) -> Option<Keyword> {
    match expecting {
        Expecting::Operator => Keyword::spelled_behind_field(word),
        _ => Keyword::spelled(word),
    }
}

/// What a word is where a field should stand; in quotes it means itself.
fn name(word: &str, exact: bool) -> TokenKind {
    let field = Field::named(word).or_else(|| Field::other(word));
    match field {
        Some(field) if exact || field.meant().is_none() => TokenKind::Field,
        _ => TokenKind::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(&str, TokenKind)> {
        tokens(text).into_iter().map(|(range, kind)| (text.get(range).unwrap_or("?"), kind)).collect()
    }

    #[test]
    fn every_part_of_a_whole_filter_is_named() {
        use TokenKind::{Field, Keyword, Operator, Paren, Value};
        let text = "NOT (dst_port in (22, \"ssh\") or action=REJECT)";
        let expected = [
            ("NOT", Keyword),
            ("(", Paren),
            ("dst_port", TokenKind::Error),
            ("in", Keyword),
            ("(", Paren),
            ("22", Value),
            (",", Paren),
            ("\"ssh\"", Value),
            (")", Paren),
            ("or", Keyword),
            ("action", Field),
            ("=", Operator),
            ("REJECT", Value),
            (")", Paren),
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn like_and_has_are_keywords_only_behind_a_field() {
        use TokenKind::{Comment, Field, Keyword, Operator, Paren, Value};
        let text = "az-id NOT like % or tcp-flags HAS (syn) -- x\nand az-id = has";
        let expected = [
            ("az-id", Field),
            ("NOT", Keyword),
            ("like", Keyword),
            ("%", Value),
            ("or", Keyword),
            ("tcp-flags", Field),
            ("HAS", Keyword),
            ("(", Paren),
            ("syn", Value),
            (")", Paren),
            ("-- x", Comment),
            ("and", Keyword),
            ("az-id", Field),
            ("=", Operator),
            ("has", Value),
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn colouring_goes_on_behind_a_fault() {
        use TokenKind::{Error, Field, Operator, Value};
        let expected =
            [("dstprt", Error), ("=", Operator), ("22", Value), ("&", Error), ("&", Error), ("bytes", Field)];
        assert_eq!(kinds("dstprt = 22 && bytes"), expected);
        assert_eq!(kinds("region = \"eu").last(), Some(&("\"eu", Error)));
    }
}
