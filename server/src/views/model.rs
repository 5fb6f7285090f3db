//! What a saved view is, and what may be written into one.

use contract::human::utc;
use contract::{Moment, link};
use serde::Serialize;

/// Most letters of a name or an owner.
const NAME_LIMIT: usize = 120;
/// Most letters of a description.
const DESCRIPTION_LIMIT: usize = 2_000;
/// Most tags, and most letters of one.
const TAGS_LIMIT: (usize, usize) = (12, 40);
/// Longest path of a page, bytes.
const PAGE_LIMIT: usize = 120;

/// What a person writes into a view; checked by [`Draft::checked`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whom to ask about it.
    pub owner: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The path of the page that shows it, such as `/`.
    pub page: String,
    /// The canonical link of the question, without `?`.
    pub link: String,
}

impl Draft {
    /// The draft as it is kept: blanks trimmed, the link canonical.
    ///
    /// # Errors
    /// [`DraftError`], naming the part.
    pub fn checked(self) -> Result<Draft, DraftError> {
        let name = line("name", &self.name, NAME_LIMIT)?;
        if name.is_empty() {
            return Err(DraftError::Nameless);
        }
        let mut tags: Vec<String> = Vec::new();
        for tag in &self.tags {
            let tag = line("tags", tag, TAGS_LIMIT.1)?;
            if !tag.is_empty() && !tags.iter().any(|known| known.eq_ignore_ascii_case(&tag)) {
                tags.push(tag);
            }
        }
        if tags.len() > TAGS_LIMIT.0 {
            return Err(DraftError::Long { part: "tags", limit: TAGS_LIMIT.0, unit: "tags" });
        }
        let view = link::decode(&self.link).map_err(|error| DraftError::Link(error.into()))?;
        Ok(Draft {
            description: text("description", &self.description, DESCRIPTION_LIMIT)?,
            owner: line("owner", &self.owner, NAME_LIMIT)?,
            page: page(&self.page)?,
            link: link::encode(&view),
            name,
            tags,
        })
    }

    /// The address of the page that shows it.
    pub fn address(&self) -> String {
        format!("{}?{}", self.page, self.link)
    }

    /// Whether it follows the clock.
    pub fn is_live(&self) -> bool {
        link::decode(&self.link).is_ok_and(|view| view.is_live())
    }

    /// The same with times that no longer follow the clock.
    #[must_use]
    pub fn fixed(self, now: i64) -> Draft {
        let Ok(view) = link::decode(&self.link) else { return self };
        let span = view.span(now);
        let view = contract::View { from: Moment::At(span.from), to: Moment::At(span.to), ..view };
        Draft { link: link::encode(&view), ..self }
    }

    /// Whether every word of `search` is somewhere in it, whatever the case.
    pub fn matches(&self, search: &str) -> bool {
        let hay = [&self.name, &self.description, &self.owner, &self.tags.join(" "), &self.link]
            .map(|part| part.to_lowercase())
            .join("\n");
        search.to_lowercase().split_whitespace().all(|word| hay.contains(word))
    }
}

fn text(part: &'static str, text: &str, limit: usize) -> Result<String, DraftError> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(DraftError::Control { part });
    }
    match text.chars().nth(limit) {
        Some(_) => Err(DraftError::Long { part, limit, unit: "letters" }),
        None => Ok(text),
    }
}

fn line(part: &'static str, line: &str, limit: usize) -> Result<String, DraftError> {
    text(part, line, limit).and_then(|line| match line.contains(['\n', '\t']) {
        true => Err(DraftError::Control { part }),
        false => Ok(line),
    })
}

/// Whether a text is a path of this server, and not of another one.
pub fn is_page(path: &str) -> bool {
    let is_path = path.strip_prefix('/').is_some_and(|rest| {
        !rest.starts_with('/') && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/.:".contains(&b))
    });
    is_path && path.len() <= PAGE_LIMIT
}

fn page(path: &str) -> Result<String, DraftError> {
    if is_page(path) { Ok(path.to_owned()) } else { Err(DraftError::Page) }
}

/// Why a draft is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// There is no name.
    #[error("a view needs a name")]
    Nameless,
    /// More than the limit.
    #[error("{part}: more than {limit} {unit}")]
    Long {
        /// Which part.
        part: &'static str,
        /// The limit.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A character that cannot be shown.
    #[error("{part}: holds a character that cannot be shown")]
    Control {
        /// Which part.
        part: &'static str,
    },
    /// The link is no question.
    #[error("link: {}", .0.message)]
    Link(contract::Refusal),
    /// No path of a page.
    #[error("page: is not a path of this server")]
    Page,
}

impl DraftError {
    /// What to do about it.
    pub fn hint(&self) -> &str {
        match self {
            DraftError::Nameless => "Say in a few words what one sees there.",
            DraftError::Long { .. } => "Shorten it.",
            DraftError::Control { .. } => "Type it anew.",
            DraftError::Link(refusal) => &refusal.hint,
            DraftError::Page => "Save the view from its own page, with the share button.",
        }
    }
}

/// A view as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedView {
    /// Its name in `/v/SLUG`; never changes.
    pub slug: String,
    /// What is written in it.
    #[serde(flatten)]
    pub draft: Draft,
    /// Where it leads.
    pub address: String,
    /// The number of its latest edition, from 1.
    pub edition: u32,
    /// When it was first saved, Unix seconds.
    pub created: i64,
    /// When it was last changed, Unix seconds.
    pub edited: i64,
    /// Whether it was deleted; it can be brought back.
    pub deleted: bool,
    /// Whether the address `/` leads to it.
    pub home: bool,
}

/// One state of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// Its number, from 1.
    pub number: u32,
    /// When it was made, Unix seconds.
    pub at: i64,
    /// Whether it deleted the view.
    pub deleted: bool,
    /// What was written in it then.
    #[serde(flatten)]
    pub draft: Draft,
}

/// A view with how it came to be, the latest edition first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// As it is now.
    #[serde(flatten)]
    pub view: SavedView,
    /// Every edition.
    pub history: Vec<Edition>,
}

impl Edition {
    /// What changed since the edition before, in words.
    pub fn change(&self, before: Option<&Edition>) -> String {
        let Some(before) = before else { return "Saved".to_owned() };
        if self.deleted != before.deleted {
            return if self.deleted { "Deleted" } else { "Brought back" }.to_owned();
        }
        let (old, new) = (&before.draft, &self.draft);
        let parts = [
            ("name", old.name != new.name),
            ("description", old.description != new.description),
            ("owner", old.owner != new.owner),
            ("tags", old.tags != new.tags),
            ("what it shows", old.link != new.link || old.page != new.page),
        ];
        let changed: Vec<&str> = parts.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        match changed.as_slice() {
            [] => "Saved again".to_owned(),
            changed => format!("Changed {}", changed.join(", ")),
        }
    }

    /// When it was made, for people.
    pub fn time(&self) -> String {
        utc(self.at).to_string()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn draft() -> Draft {
        Draft {
            name: "SSH".into(),
            page: "/".into(),
            link: "from=now-180m&to=now".into(),
            ..Draft::default()
        }
    }

    #[test]
    fn what_is_kept_is_trimmed_and_canonical() {
        let tags = [" ssh", "SSH", "", "prod "].map(str::to_owned).to_vec();
        let kept = Draft { name: "  SSH\u{a0}".into(), tags, ..draft() }.checked().unwrap();
        assert_eq!((kept.name.as_str(), kept.link.as_str()), ("SSH", "v=1&from=now-3h&to=now"));
        assert_eq!(kept.tags, ["ssh", "prod"]);
        assert_eq!(kept.address(), "/?v=1&from=now-3h&to=now");
    }

    #[test]
    fn what_cannot_be_kept_names_its_part() {
        let refused = |draft: Draft| draft.checked().unwrap_err().to_string();
        assert_eq!(refused(Draft { name: " ".into(), ..draft() }), "a view needs a name");
        assert_eq!(
            refused(Draft { name: "a\nb".into(), ..draft() }),
            "name: holds a character that cannot be shown"
        );
        assert_eq!(refused(Draft { owner: "x".repeat(121), ..draft() }), "owner: more than 120 letters");
        assert!(refused(Draft { link: "filter=(".into(), ..draft() }).starts_with("link: filter:"));
        for foreign in ["//evil.example", "https://evil.example", "", "views", "/\\evil", "/a?b", "/a#b"] {
            assert_eq!(
                refused(Draft { page: foreign.into(), ..draft() }),
                "page: is not a path of this server"
            );
        }
    }

    #[test]
    fn a_fixed_view_shows_the_same_for_ever() {
        let fixed = draft().fixed(1_795_143_600);
        assert_eq!(fixed.link, "v=1&from=1795132800&to=1795143600");
        assert!(!fixed.is_live() && draft().is_live());
    }

    #[test]
    fn every_word_of_a_search_must_be_found() {
        let view = Draft { owner: "Net team".into(), tags: vec!["prod".into()], ..draft() };
        assert!(view.matches("ssh TEAM prod") && view.matches("") && !view.matches("ssh staging"));
    }
}
