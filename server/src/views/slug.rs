//! The short name of a view in its link `/v/SLUG`, made from its name.

/// Longest slug made from a name, bytes, before a number is added.
const LIMIT: usize = 48;

/// A slug for `name` that is not `taken`: small letters, digits and single hyphens.
pub(super) fn slug(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut stem = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            c if c.is_ascii_alphanumeric() => stem.push(c),
            _ if !stem.is_empty() && !stem.ends_with('-') => stem.push('-'),
            _ => {}
        }
    }
    stem.truncate(LIMIT);
    let stem = match stem.trim_end_matches('-') {
        "" => "view",
        stem => stem,
    };
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(|slug| !taken(slug)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_slug_is_readable_and_never_given_twice() {
        let free = |_: &str| false;
        assert_eq!(slug("Rejects to PostgreSQL, prod", free), "rejects-to-postgresql-prod");
        assert_eq!(slug("  --  ", free), "view");
        assert_eq!(slug("日本", free), "view");
        assert_eq!(slug(&"a ".repeat(100), free).len(), 47);
        let taken = |slug: &str| ["ssh", "ssh-2"].contains(&slug);
        assert_eq!(slug("SSH", taken), "ssh-3");
    }
}
