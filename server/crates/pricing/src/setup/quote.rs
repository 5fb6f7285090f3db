//! Values made safe for the languages that texts are written in: a shell, Terraform, YAML. Any text in, the same text
//! out at the other side.

/// A word of a POSIX shell that stands for exactly this text. NUL cannot be in one and is left out.
pub(super) fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// A string of Terraform that stands for exactly this text: `${` and `%{` begin templates there and are doubled.
pub(super) fn terraform(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => quoted.extend([c, c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A scalar of YAML that stands for exactly this text: in single quotes, where nothing but the quote itself has a meaning,
/// or in double quotes with escapes where it is not one line of printable text.
pub(super) fn yaml(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if !text.chars().any(breaks) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if breaks(c) => format!("\\U{:08X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "text that cannot be read back fails the test")]

    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_prints_what_was_quoted(words in prop::collection::vec("[^\0]{0,20}", 1..8)) {
            let quoted: Vec<String> = words.iter().map(|word| shell(word)).collect();
            let script = format!("for word in {}; do printf '%s\\0' \"$word\"; done", quoted.join(" "));
            let output = Command::new("sh").arg("-c").arg(&script).output().unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            prop_assert_eq!(printed.split_terminator('\0').collect::<Vec<_>>(), words);
        }

        #[test]
        fn yaml_reads_back_what_was_quoted(text in "(?s).{0,40}") {
            let read = yaml_rust2::YamlLoader::load_from_str(&format!("key: {}\n", yaml(&text))).unwrap();
            prop_assert_eq!(read[0]["key"].as_str(), Some(text.as_str()));
        }

        #[test]
        fn terraform_reads_back_what_was_quoted(text in r#"([$%{}"\\a\n]|(?s).){0,40}"#) {
            let body = hcl_edit::parser::parse_body(&format!("key = {}\n", terraform(&text))).unwrap();
            prop_assert_eq!(body.get_attribute("key").unwrap().value.as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn the_format_string_is_kept_from_every_language() {
        assert_eq!(shell("${version}"), "'${version}'");
        assert_eq!(terraform("${version} 100%{x}"), "\"$${version} 100%%{x}\"");
        assert_eq!(yaml("it's ${version}"), "'it''s ${version}'");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(shell(""), "''");
    }
}
