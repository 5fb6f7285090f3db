//! Snapshots of an inventory in the order of their times. Every flow is judged by the state at its time.

use super::model::Inventory;
use super::{Damage, Noun};

/// One state and since when it is known to stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Unix seconds it was taken at; `None` for a folder without times.
    pub taken: Option<i64>,
    /// The state.
    pub inventory: Inventory,
}

/// All snapshots, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    snapshots: Vec<Snapshot>,
}

impl History {
    /// Reads a folder: either the files of one snapshot, or one folder per snapshot named by an RFC 3339 time
    /// (`2026-11-23T19:50:00Z/security-groups.json`; `-` may stand for `:`). Names are relative to the folder.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut by_time: std::collections::BTreeMap<Option<i64>, Vec<(&str, &[u8])>> = Default::default();
        for (name, bytes) in files {
            by_time.entry(time_of(name)).or_default().push((name, bytes));
        }
        let snapshots =
            by_time.into_iter().map(|(taken, files)| Snapshot { taken, inventory: Inventory::read(files) });
        History { snapshots: snapshots.collect() }
    }

    /// A history of one state.
    pub fn of(inventory: Inventory) -> Self {
        History { snapshots: vec![Snapshot { taken: None, inventory }] }
    }

    /// A history of states with their times.
    pub fn of_snapshots(mut snapshots: Vec<Snapshot>) -> Self {
        snapshots.sort_by_key(|snapshot| snapshot.taken);
        History { snapshots }
    }

    /// All snapshots, oldest first.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// The place of the state at a moment: the newest snapshot not taken after it. Before the first snapshot that
    /// one is the best guess there is.
    pub fn place_at(&self, at: i64) -> Option<usize> {
        let later = self.snapshots.partition_point(|snapshot| snapshot.taken.is_none_or(|taken| taken <= at));
        if self.snapshots.is_empty() { None } else { Some(later.saturating_sub(1)) }
    }

    /// The state at a moment, as [`History::place_at`].
    pub fn at(&self, at: i64) -> Option<&Inventory> {
        self.snapshots.get(self.place_at(at)?).map(|snapshot| &snapshot.inventory)
    }

    /// The newest state.
    pub fn latest(&self) -> Option<&Inventory> {
        self.snapshots.last().map(|snapshot| &snapshot.inventory)
    }

    /// Lists that no snapshot has.
    pub fn missing(&self) -> Vec<Noun> {
        let nouns = Noun::ALL.iter().map(|(noun, ..)| *noun);
        nouns.filter(|noun| !self.snapshots.iter().any(|one| one.inventory.has(*noun))).collect()
    }

    /// What could not be used, of all snapshots.
    pub fn damage(&self) -> impl Iterator<Item = &Damage> {
        self.snapshots.iter().flat_map(|snapshot| &snapshot.inventory.damage)
    }
}

/// The time a folder is named by.
fn time_of(name: &str) -> Option<i64> {
    name.split(['/', '\\']).find_map(|part| {
        let (day, clock) = part.split_once('T')?;
        let dashed = || format!("{day}T{}", clock.replacen('-', ":", 2));
        let parsed = part.parse::<jiff::Timestamp>().or_else(|_| dashed().parse());
        parsed.ok().map(jiff::Timestamp::as_second)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_judged_by_the_newest_snapshot_before_it() {
        let taken = |taken| Snapshot { taken: Some(taken), ..Snapshot::default() };
        let history = History::of_snapshots(vec![taken(200), taken(100)]);
        let places: Vec<_> = [50, 100, 199, 200, 900].into_iter().map(|at| history.place_at(at)).collect();
        assert_eq!(places, [Some(0), Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(History::default().place_at(1), None);
    }

    #[test]
    fn folders_are_named_by_times_in_several_spellings() {
        for name in ["2026-11-23T19:50:00Z/subnets.json", "x/2026-11-23T19-50-00Z/subnets.json"] {
            assert_eq!(time_of(name), Some(1_795_463_400), "{name}");
        }
        assert_eq!(time_of("prefix-list-entries/pl-Test.json"), None);
    }
}
