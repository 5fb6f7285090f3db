//! What people said of suggestions, and which were applied: one small file in the data folder, written aside and renamed
//! with every change. Suggestions that were shown are remembered as edits in words, so that a later inventory can be
//! held against them when they are no longer made.

use super::advised::Advised;
use firewall::edit::{parse, words};
use firewall::evaluate::Firewall;
use firewall::inventory::Inventory;
use firewall::suggest::Suggestion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file's name in the data folder.
const FILE: &str = "decisions.json";
/// Longest reason or owner, in characters: a sentence or two, not a document.
pub const LONGEST: usize = 500;
/// Most suggestions remembered; the longest unseen without a decision go first.
const MOST: usize = 5_000;

/// What was decided about a suggestion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing yet.
    #[default]
    Open,
    /// It is not wanted, for a reason.
    Dismissed,
    /// It is to be shown again later.
    Snoozed,
    /// What is refused is refused on purpose and stays so.
    TrustedDenied,
    /// The inventory shows it. Never chosen, only seen.
    Applied,
}

impl State {
    /// Every state, in the order menus show them.
    pub const ALL: [State; 5] =
        [State::Open, State::Dismissed, State::Snoozed, State::TrustedDenied, State::Applied];

    /// The name in links and forms.
    pub const fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Dismissed => "dismissed",
            State::Snoozed => "snoozed",
            State::TrustedDenied => "trusted-denied",
            State::Applied => "applied",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A decision and who stands behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// What was decided.
    pub state: State,
    /// Why, in the words of whoever decided.
    pub reason: String,
    /// Who looks after it; free text.
    pub owner: String,
    /// Until when it is snoozed, Unix seconds.
    pub until: Option<i64>,
    /// When it was decided, Unix seconds.
    pub at: i64,
}

/// A suggestion that was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Its edit, as [`firewall::edit::parse`] reads it.
    pub edit: String,
    /// Its group.
    pub group: String,
    /// Why it was made.
    pub why: String,
    /// When it was last made, Unix seconds.
    pub seen: i64,
    /// When the inventory first showed it, Unix seconds.
    pub applied: Option<i64>,
    /// What was decided; the last one counts, those before can be gone back to.
    pub decisions: Vec<Decision>,
}

impl Remembered {
    /// Where it stands at a moment.
    pub fn state(&self, now: i64) -> State {
        if self.applied.is_some() {
            return State::Applied;
        }
        match self.decisions.last() {
            Some(Decision { state: State::Snoozed, until, .. })
                if until.is_some_and(|until| until <= now) =>
            {
                State::Open
            }
            Some(decision) => decision.state,
            None => State::Open,
        }
    }
}

/// The file as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Book {
    suggestions: BTreeMap<String, Remembered>,
}

/// All decisions.
#[derive(Debug)]
pub struct Decisions {
    path: Option<PathBuf>,
    book: Mutex<Book>,
}

impl Decisions {
    /// Those of a data folder; none where it has no file yet.
    ///
    /// # Errors
    /// When the file is there and cannot be read: decisions must not be written over.
    pub fn open(folder: &Path) -> io::Result<Decisions> {
        let path = folder.join(FILE);
        let book = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Book::default(),
            Err(error) => return Err(error),
        };
        Ok(Decisions { path: Some(path), book: Mutex::new(book) })
    }

    /// Kept in memory alone.
    pub fn in_memory() -> Decisions {
        Decisions { path: None, book: Mutex::default() }
    }

    /// What is remembered of a suggestion.
    pub fn of(&self, id: &str) -> Option<Remembered> {
        self.book().suggestions.get(id).cloned()
    }

    /// Everything that is remembered of a group's suggestions, by id; of all groups when none is named.
    pub fn of_group(&self, group: Option<&str>) -> Vec<(String, Remembered)> {
        let book = self.book();
        let all = book.suggestions.iter().filter(|(_, one)| group.is_none_or(|group| one.group == group));
        all.map(|(id, one)| (id.clone(), one.clone())).collect()
    }

    /// Decides about a suggestion that was shown.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] for one that never was; when the file cannot be written, and then nothing is decided.
    pub fn decide(&self, id: &str, decision: Decision) -> io::Result<()> {
        self.change(|book| {
            let one = book.suggestions.get_mut(id).ok_or(io::ErrorKind::NotFound)?;
            one.decisions.push(decision);
            Ok(())
        })
    }

    /// Takes the last decision about a suggestion back.
    ///
    /// # Errors
    /// As [`Decisions::decide`].
    pub fn undo(&self, id: &str) -> io::Result<()> {
        self.change(|book| {
            let one = book.suggestions.get_mut(id).ok_or(io::ErrorKind::NotFound)?;
            one.decisions.pop();
            Ok(())
        })
    }

    /// Remembers the suggestions of an answer, and sees which remembered ones the inventory shows to be applied. What
    /// cannot be written is written with the next change.
    pub fn notice(&self, advised: &Advised) {
        let Some(firewall) = advised.firewall.as_deref() else { return };
        let Some(latest) = firewall.history().latest() else { return };
        let at = advised.rows.window().to;
        let noticed = self.change(|book| {
            for one in &advised.advice.suggestions {
                let known = book.suggestions.entry(one.id.clone()).or_default();
                let decisions = std::mem::take(&mut known.decisions);
                *known = remembered(one, firewall, at, decisions);
            }
            let made: Vec<&str> = advised.advice.suggestions.iter().map(|one| one.id.as_str()).collect();
            for (id, one) in &mut book.suggestions {
                if one.applied.is_none() && !made.contains(&id.as_str()) && is_applied(&one.edit, latest) {
                    one.applied = Some(at);
                }
            }
            forget(book);
            Ok(())
        });
        if let Err(error) = noticed {
            tracing::warn!(error = %error, "cannot keep which suggestions were shown");
        }
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the book and writes it, or leaves both as they were.
    fn change(&self, change: impl FnOnce(&mut Book) -> io::Result<()>) -> io::Result<()> {
        let mut book = self.book();
        let mut next = book.clone();
        change(&mut next)?;
        if next != *book {
            if let Some(path) = &self.path {
                write(path, &next)?;
            }
            *book = next;
        }
        Ok(())
    }
}

fn remembered(one: &Suggestion, firewall: &Firewall, at: i64, decisions: Vec<Decision>) -> Remembered {
    let edit = words(&one.edit(firewall));
    Remembered { edit, group: one.group.clone(), why: one.why.clone(), seen: at, applied: None, decisions }
}

/// Whether an inventory shows an edit to have been made: what it adds is permitted, and what it removes is gone.
fn is_applied(edit: &str, latest: &Inventory) -> bool {
    // What is to be removed and is no more cannot be read as a removal: its lines are judged by that.
    edit.lines().all(|line| match (line.starts_with("remove "), parse(line, latest)) {
        (true, removed) => removed.is_err(),
        (false, Ok(edits)) => edits.iter().all(|edit| {
            let group = latest.groups.get(&edit.group);
            edit.add.iter().all(|rule| {
                group.is_some_and(|group| {
                    group.rules.iter().any(|there| firewall::usage::covers(there, rule, latest))
                })
            })
        }),
        (false, Err(_)) => false,
    })
}

/// Keeps the book within bounds.
fn forget(book: &mut Book) {
    let undecided = |book: &Book| {
        let old = book.suggestions.iter().filter(|(_, one)| one.decisions.is_empty());
        old.min_by_key(|(_, one)| one.seen).map(|(id, _)| id.clone())
    };
    while book.suggestions.len() > MOST {
        let Some(id) = undecided(book) else { return };
        book.suggestions.remove(&id);
    }
}

/// Writes aside, syncs, renames, and syncs the folder: the file is whole at any moment.
fn write(path: &Path, book: &Book) -> io::Result<()> {
    let aside = path.with_extension("json.partial");
    let mut file = File::create(&aside)?;
    file.write_all(&serde_json::to_vec_pretty(book)?)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use firewall::inventory::Group;

    fn shown(decisions: &Decisions, id: &str) {
        let one =
            Remembered { edit: "add sg-1 ingress tcp 80 from ::/0\n".to_owned(), ..Remembered::default() };
        decisions
            .change(|book| {
                book.suggestions.insert(id.to_owned(), one);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn decisions_outlive_the_process_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let decisions = Decisions::open(folder.path()).unwrap();
        shown(&decisions, "open-1");
        let dismissed =
            Decision { state: State::Dismissed, reason: "old host".to_owned(), ..Decision::default() };
        decisions.decide("open-1", dismissed).unwrap();
        let again = Decisions::open(folder.path()).unwrap();
        assert_eq!(again.of("open-1").unwrap().state(0), State::Dismissed);
        again.undo("open-1").unwrap();
        assert_eq!(again.of("open-1").unwrap().state(0), State::Open);
        assert_eq!(again.undo("never").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_snooze_ends_by_itself() {
        let decisions = Decisions::in_memory();
        shown(&decisions, "open-1");
        let snoozed = Decision { state: State::Snoozed, until: Some(100), ..Decision::default() };
        decisions.decide("open-1", snoozed).unwrap();
        let one = decisions.of("open-1").unwrap();
        assert_eq!((one.state(99), one.state(100)), (State::Snoozed, State::Open));
    }

    #[test]
    fn an_edit_is_applied_when_it_is_permitted_and_what_it_replaces_is_gone() {
        let mut inventory = Inventory::default();
        let group = Group { id: "sg-1".to_owned(), ..Group::default() };
        inventory.groups.insert("sg-1".to_owned(), group);
        let edit =
            "add sg-1 ingress tcp 80 from 10.1.0.0/16\nremove sg-1 ingress tcp 0-65535 from 0.0.0.0/0\n";
        assert!(!is_applied(edit, &inventory));
        let add = |inventory: &Inventory, line: &str| inventory.edited(&parse(line, inventory).unwrap());
        let inventory = add(&inventory, "add sg-1 ingress tcp 80-81 from 10.0.0.0/8");
        assert!(is_applied(edit, &inventory), "a wider rule permits it too");
        let inventory = add(&inventory, "add sg-1 ingress tcp 0-65535 from 0.0.0.0/0");
        assert!(!is_applied(edit, &inventory), "what it replaces stands");
    }

    #[test]
    fn a_damaged_file_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(Decisions::open(folder.path()).is_err());
    }
}
