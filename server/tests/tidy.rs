//! The house rules that a compiler does not check: first lines, file sizes, who may name whom, unfinished work, colours.
//! Reads the text of the tree and nothing else; which crate is built from which, `.ci/walls` asks cargo.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot read the tree has failed")]

use std::path::PathBuf;
use std::{env, fs};

/// The most lines a Rust file may have: beyond it holds more than one idea.
const LINES: usize = 500;

/// Folders of the application and the neighbours each must not name, in the application (`crate::…`) or as a crate: pages
/// are made of panels, panels of parts and charts, and only the server functions know the port.
const INSIDE_APP: [(&str, &[&str]); 4] = [
    ("app/src/pages/", &["ports"]),
    ("app/src/panels/", &["pages", "ports"]),
    ("app/src/signals/", &["pages", "panels", "parts", "ports"]),
    ("app/src/api/", &["pages", "panels", "parts"]),
];

/// A word in code and the folders that alone may say it.
const KNOWN_TO: [(&str, &[&str]); 7] = [
    ("aws_sdk", &["server/crates/store/"]),
    ("aws_config", &["server/crates/store/"]),
    ("aws_smithy", &["server/crates/store/"]),
    ("datafusion", &["server/crates/lake/"]),
    ("rusqlite", &["server/crates/lake/", "server/src/views/"]),
    ("leptos", &["app/src/", "app/document/", "app/parts/", "frontend/", "server/src/"]),
    ("wasm_bindgen", &["app/", "frontend/"]),
];

/// Words that mark unfinished work, cut in two so that this file passes its own test.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
];

struct File {
    /// Path from the top of the tree, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is(&self, extension: &str) -> bool {
        self.path.ends_with(extension)
    }

    /// The code without its tests and without its comments.
    fn code(&self) -> String {
        let product = self.text.split("\nmod tests {").next().unwrap_or_default();
        product.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }
}

fn tree() -> Vec<File> {
    // Asked at run time: with a shared target folder a test may have been compiled in another clone.
    let crate_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let top = crate_folder.parent().unwrap().to_path_buf();
    let mut folders: Vec<PathBuf> = ["app", "frontend", "server", "style", "end2end", "bench", ".ci"]
        .iter()
        .map(|f| top.join(f))
        .collect();
    let mut files = vec![];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["node_modules", "target", "test-results", "playwright-report"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/");
                files.push(File { path, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.iter().filter(|f| f.is(".rs")).count() > 30, "the tree was not found");
    files
}

/// Fails with one line per fault.
fn expect_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The modules that `crate::…` names in a piece of code, groups in braces included.
fn modules_named(code: &str) -> Vec<String> {
    let mut names = vec![];
    for (at, marker) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c == '_' || c == '$' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &code[at + marker.len()..];
        let ident = |text: &str| {
            text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        };
        if !rest.starts_with('{') {
            names.push(ident(rest));
            continue;
        }
        let mut depth = 0;
        let mut member = String::new();
        for c in rest.chars() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth == 0 || (depth == 1 && c == ',') {
                names.push(ident(&member));
                member.clear();
            } else if !(depth == 1 && c == '{') {
                member.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    names
}

/// Whether a line of Rust or CSS holds a colour written out.
fn has_colour(line: &str) -> bool {
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "RGBColor(", "RGBAColor("];
    let written = |quoted: &str| {
        let hex: String = quoted.chars().take_while(char::is_ascii_hexdigit).collect();
        let ends = !quoted[hex.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        ends && (matches!(hex.len(), 6 | 8)
            || (matches!(hex.len(), 3 | 4) && hex.contains(|c: char| c.is_ascii_digit())))
    };
    let literal = |f: &&str| {
        line.match_indices(*f).any(|(at, _)| line[at + f.len()..].starts_with(|c: char| c.is_ascii_digit()))
    };
    functions.iter().any(literal) || line.match_indices('#').any(|(at, _)| written(&line[at + 1..]))
}

#[test]
fn every_rust_file_says_on_its_first_line_what_it_is_for() {
    let silent = tree().into_iter().filter(|f| f.is(".rs") && !f.text.starts_with("//! "));
    expect_none(silent.map(|f| format!("{}: the first line must start with `//! `", f.path)).collect());
}

#[test]
fn no_rust_file_is_longer_than_the_limit() {
    let long = tree().into_iter().filter(|f| f.is(".rs") && f.text.lines().count() > LINES);
    expect_none(long.map(|f| format!("{}: {} lines of {LINES}", f.path, f.text.lines().count())).collect());
}

#[test]
fn inside_the_application_names_point_one_way() {
    let mut faults = vec![];
    for file in tree().iter().filter(|f| f.is(".rs")) {
        // The folder's own mod.rs or a file beside it (`parts.rs`) counts as the folder.
        let Some((folder, forbidden)) = INSIDE_APP.iter().find(|(folder, _)| {
            file.path.starts_with(folder) || file.path == format!("{}.rs", folder.trim_end_matches('/'))
        }) else {
            continue;
        };
        let code = file.code();
        let named = modules_named(&code);
        faults.extend(
            forbidden
                .iter()
                .filter(|f| named.iter().any(|n| n == *f) || code.contains(&format!("use {f}::")))
                .map(|f| format!("{}: {folder} must not name {f}", file.path)),
        );
    }
    expect_none(faults);
}

#[test]
fn each_big_library_is_named_by_its_own_crate_only() {
    let mut faults = vec![];
    for file in tree().iter().filter(|f| f.is(".rs") && f.path != "server/tests/tidy.rs") {
        let code = file.code();
        for (word, folders) in KNOWN_TO {
            if code.contains(word) && !folders.iter().any(|folder| file.path.starts_with(folder)) {
                faults.push(format!("{}: `{word}` is for {} alone", file.path, folders.join(", ")));
            }
        }
        if file.path.starts_with("app/contract/") && code.contains("leptos") {
            faults.push(format!("{}: the contract must not name leptos", file.path));
        }
    }
    expect_none(faults);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut faults = vec![];
    for file in
        tree().iter().filter(|f| [".rs", ".ts", ".mjs", ".css", ".py", ".toml"].iter().any(|e| f.is(e)))
    {
        for (number, line) in file.text.lines().enumerate() {
            if UNFINISHED.iter().any(|word| line.contains(word)) {
                faults.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    expect_none(faults);
}

#[test]
fn a_lint_is_silenced_only_with_a_reason() {
    let mut faults = vec![];
    for file in tree().iter().filter(|f| f.is(".rs") && f.path != "server/tests/tidy.rs") {
        for opening in ["#[allow(", "#![allow(", "#[expect(", "#![expect("] {
            for (at, _) in file.text.match_indices(opening) {
                let attribute = file.text[at..].split(")]").next().unwrap_or_default();
                if !attribute.contains("reason") {
                    let line = file.text[..at].matches('\n').count() + 1;
                    faults.push(format!("{}:{line}: {opening}…) without a reason", file.path));
                }
            }
        }
    }
    expect_none(faults);
}

#[test]
fn colours_are_written_in_the_tokens_only() {
    let mut faults = vec![];
    for file in tree().iter().filter(|f| f.path.starts_with("app/") || f.path.starts_with("style/")) {
        let is_token = ["app/chart/src/tokens.rs", "style/tokens.css"].contains(&file.path.as_str());
        if is_token || !(file.is(".rs") || file.is(".css")) {
            continue;
        }
        let text = if file.is(".rs") { file.code() } else { file.text.clone() };
        let coloured = text.lines().enumerate().filter(|(_, line)| has_colour(line));
        faults
            .extend(coloured.map(|(number, line)| format!("{}:{}: {}", file.path, number + 1, line.trim())));
    }
    expect_none(faults);
}

#[test]
fn the_checks_see_what_they_look_for() {
    assert_eq!(
        modules_named("use crate::{api::{a, b}, parts};\ncrate::chart::x(); $crate::no"),
        ["api", "parts", "chart"]
    );
    assert!(has_colour("color: #1a1e22;") && has_colour("fill=\"#fff8\"") && has_colour("RGBColor(1, 2, 3)"));
    assert!(!has_colour("href=\"#main\"") && !has_colour("issue #add") && !has_colour("#[cfg(test)]"));
    let file = File { path: String::new(), text: "code // said\nmod tests { more }".into() };
    assert_eq!(file.code().trim(), "code");
}
