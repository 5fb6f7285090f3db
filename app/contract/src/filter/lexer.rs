//! Filter text to lexemes. Never fails: what cannot be read becomes a lexeme too, so that colouring goes on behind it.

use crate::filter::Op;
use std::borrow::Cow;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexeme<'a> {
    /// Byte offset.
    pub at: usize,
    /// Bytes.
    pub len: usize,
    /// What it is.
    pub shape: Shape<'a>,
}

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape<'a> {
    /// A field, a keyword or a value without quotes.
    Word(&'a str),
    /// A value in quotes, without them.
    Quoted(Cow<'a, str>),
    Operator(Op),
    Open,
    Close,
    Comma,
    /// A quote that is never closed; reaches to the end of the text.
    Unclosed,
    /// `-- …` to the end of the line, or `/* … */`.
    Comment,
    /// A comment that is never closed; reaches to the end of the text.
    OpenComment,
    /// A character that begins nothing.
    Stray(char),
}

/// A word with a meaning of its own. Those that may begin or join conditions need quotes as a value; the others mean
/// something only where an operator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    In,
    Like,
    Has,
}

impl Keyword {
    const EVERYWHERE: [(&str, Keyword); 4] =
        [("and", Keyword::And), ("or", Keyword::Or), ("not", Keyword::Not), ("in", Keyword::In)];
    const BEHIND_FIELDS: [(&str, Keyword); 2] = [("like", Keyword::Like), ("has", Keyword::Has)];

    /// The keyword that `word` spells wherever it stands, in any case.
    pub(super) fn spelled(word: &str) -> Option<Keyword> {
        find(&Keyword::EVERYWHERE, word)
    }

    /// The keyword that `word` spells where an operator may stand.
    pub(super) fn spelled_behind_field(word: &str) -> Option<Keyword> {
        Keyword::spelled(word).or_else(|| find(&Keyword::BEHIND_FIELDS, word))
    }
}

fn find(keywords: &[(&str, Keyword)], word: &str) -> Option<Keyword> {
    keywords.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, keyword)| *keyword)
}

/// Whether `c` may stand in a value without quotes: enough for names, addresses, networks, times, ARNs and patterns.
const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '-' | '%')
}

/// Whether `text` comes back as the same single word when it is written without quotes. A comment would not.
pub(super) fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word) && text != "--" && Keyword::spelled(text).is_none()
}

/// Cuts `text` into lexemes; blanks are left out.
pub(super) fn lex(text: &str) -> Vec<Lexeme<'_>> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (shape, len) = piece(rest, first);
        lexemes.push(Lexeme { at, len, shape });
        at += len;
    }
    lexemes
}

/// The lexeme at the start of `rest`, which begins with `first`, and its length in bytes.
fn piece(rest: &str, first: char) -> (Shape<'_>, usize) {
    if let Some(comment) = comment(rest) {
        return comment;
    }
    if is_word(first) {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        // `22/* ssh */` is a word and a comment.
        let before_comment = rest.get(end..).is_some_and(|rest| rest.starts_with('*'));
        let len = rest.get(..end).and_then(|word| word.strip_suffix('/').filter(|_| before_comment));
        let len = len.map_or(end, str::len);
        return (Shape::Word(rest.get(..len).unwrap_or_default()), len);
    }
    if first == '"' || first == '\'' {
        return quoted(rest, first);
    }
    let second = rest.chars().nth(1);
    match (first, second) {
        ('!', Some('=')) | ('<', Some('>')) => (Shape::Operator(Op::Ne), 2),
        ('<', Some('=')) => (Shape::Operator(Op::Le), 2),
        ('>', Some('=')) => (Shape::Operator(Op::Ge), 2),
        ('=', Some('=')) => (Shape::Operator(Op::Eq), 2),
        ('=', _) => (Shape::Operator(Op::Eq), 1),
        ('<', _) => (Shape::Operator(Op::Lt), 1),
        ('>', _) => (Shape::Operator(Op::Gt), 1),
        ('(', _) => (Shape::Open, 1),
        (')', _) => (Shape::Close, 1),
        (',', _) => (Shape::Comma, 1),
        _ => (Shape::Stray(first), first.len_utf8()),
    }
}

/// The comment at the start of `rest` and its length. A dash may begin a value, so that two of them need a blank behind.
fn comment(rest: &str) -> Option<(Shape<'static>, usize)> {
    if let Some(line) = rest.strip_prefix("--").filter(|line| line.starts_with(char::is_whitespace)) {
        return Some((Shape::Comment, 2 + line.find('\n').unwrap_or(line.len())));
    }
    let inside = rest.strip_prefix("/*")?;
    Some(match inside.find("*/") {
        Some(len) => (Shape::Comment, len + 4),
        None => (Shape::OpenComment, rest.len()),
    })
}

/// A value in quotes; a backslash takes the next character as it is.
fn quoted(rest: &str, quote: char) -> (Shape<'_>, usize) {
    let mut unescaped: Option<String> = None;
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        if c == quote {
            let plain = || Cow::Borrowed(rest.get(1..i).unwrap_or_default());
            return (Shape::Quoted(unescaped.map_or_else(plain, Cow::Owned)), i + 1);
        }
        if c == '\\' {
            let Some((_, escaped)) = chars.next() else { break };
            unescaped.get_or_insert_with(|| rest.get(1..i).unwrap_or_default().to_owned()).push(escaped);
        } else if let Some(text) = &mut unescaped {
            text.push(c);
        }
    }
    (Shape::Unclosed, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<Shape<'_>> {
        lex(text).into_iter().map(|lexeme| lexeme.shape).collect()
    }

    #[test]
    fn operators_need_no_blanks_around_them() {
        let expected = vec![Shape::Word("bytes"), Shape::Operator(Op::Ge), Shape::Word("10"), Shape::Close];
        assert_eq!(shapes("bytes>=10)"), expected);
        assert_eq!(shapes("bytes  >=\t10 )"), expected);
    }

    #[test]
    fn quotes_hold_anything_and_a_backslash_holds_a_quote() {
        assert_eq!(shapes(r#""a b""#), [Shape::Quoted("a b".into())]);
        assert_eq!(shapes(r#""a\"\\b" "#), [Shape::Quoted(r#"a"\b"#.into())]);
        assert_eq!(shapes("'it\"s'"), [Shape::Quoted("it\"s".into())]);
        assert_eq!(shapes(r#""open \""#), [Shape::Unclosed]);
        assert_eq!(shapes("\"open\\"), [Shape::Unclosed]);
    }

    #[test]
    fn comments_are_told_from_dashes_and_slashes() {
        assert_eq!(shapes("a -- b = 1\nc"), [Shape::Word("a"), Shape::Comment, Shape::Word("c")]);
        assert_eq!(shapes("--a --"), [Shape::Word("--a"), Shape::Word("--")]);
        let word = |text| Shape::Word(text);
        assert_eq!(shapes("22/* ssh */ 10.0.0.0/8"), [word("22"), Shape::Comment, word("10.0.0.0/8")]);
        assert_eq!(shapes("a /* b"), [Shape::Word("a"), Shape::OpenComment]);
        assert_eq!(shapes("/**/"), [Shape::Comment]);
    }

    #[test]
    fn positions_are_bytes_and_cover_what_was_read() {
        let lexemes = lex("ü = \"ö\"");
        let places: Vec<_> = lexemes.iter().map(|l| (l.at, l.len)).collect();
        assert_eq!(places, [(0, 2), (3, 1), (5, 4)]);
        assert_eq!(lexemes.first().map(|l| l.shape.clone()), Some(Shape::Stray('ü')));
    }
}
