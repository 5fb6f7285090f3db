//! Named files to an inventory: pages one after the other or merged, byte order marks, damaged files beside whole ones.

use super::model::{Group, Inventory, PrefixList, Rule};
use super::wire::{WireAcl, WireGroup, WireInterface, WirePrefix, WirePrefixList, WireRule, WireSubnet};
use super::{Damage, Noun};
use crate::address::Family;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

impl Inventory {
    /// Reads the files of one snapshot. What a file holds is told by the lists in it; its name matters for the
    /// entries of prefix lists alone (`pl-….json`) and for saying where damage is. Any file may be missing.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut reader = Reader::default();
        for (name, bytes) in files {
            reader.file(name, bytes);
        }
        reader.finish()
    }
}

#[derive(Default)]
struct Reader {
    inventory: Inventory,
    /// Rules with ids, by group.
    rules: BTreeMap<String, Vec<Rule>>,
    entries: BTreeMap<String, Vec<crate::address::Cidr>>,
}

impl Reader {
    fn file(&mut self, name: &str, bytes: &[u8]) {
        let text = decoded(bytes);
        let mut known = false;
        let mut next_page = false;
        for document in serde_json::Deserializer::from_slice(&text).into_iter::<Value>() {
            match document {
                Ok(Value::Array(pages)) => {
                    for page in &pages {
                        known |= self.page(name, page, &mut next_page);
                    }
                }
                Ok(page) => known |= self.page(name, &page, &mut next_page),
                Err(error) => {
                    self.inventory.damage.push(Damage::Syntax {
                        file: name.to_owned(),
                        line: error.line(),
                        column: error.column(),
                        why: error.to_string(),
                    });
                    return;
                }
            }
        }
        if next_page {
            self.inventory.damage.push(Damage::Unfinished { file: name.to_owned() });
        }
        if !known {
            self.inventory.damage.push(Damage::Foreign { file: name.to_owned() });
        }
    }

    /// Takes the lists of one page; whether there was any.
    fn page(&mut self, file: &str, page: &Value, next_page: &mut bool) -> bool {
        *next_page = page.get("NextToken").is_some_and(|token| !token.is_null());
        let mut known = false;
        for (noun, list, _) in Noun::ALL {
            let Some(items) = page.get(list).and_then(Value::as_array) else { continue };
            known = true;
            self.inventory.collected.insert(noun);
            let list_id = list_of(file, page);
            if noun == Noun::PrefixListEntries {
                self.entries.entry(list_id.clone()).or_default();
            }
            for (item, value) in items.iter().enumerate() {
                if let Err(why) = self.item(noun, value, &list_id) {
                    let file = file.to_owned();
                    self.inventory.damage.push(Damage::Item { file, list, item, why });
                }
            }
        }
        known
    }

    fn item(&mut self, noun: Noun, value: &Value, list_id: &str) -> Result<(), String> {
        let inventory = &mut self.inventory;
        match noun {
            Noun::Groups => {
                let (group, foreign) = of::<WireGroup>(value)?.read()?;
                inventory.foreign_groups.extend(foreign);
                inventory.groups.insert(group.id.clone(), group);
            }
            Noun::Rules => {
                let rule = of::<WireRule>(value)?;
                inventory.foreign_groups.extend(rule.foreign());
                let (group, rule) = rule.read()?;
                self.rules.entry(group).or_default().push(rule);
            }
            Noun::Interfaces => {
                let interface = of::<WireInterface>(value)?.read()?;
                inventory.interfaces.insert(interface.id.clone(), interface);
            }
            Noun::Acls => {
                let acl = of::<WireAcl>(value)?.read()?;
                inventory.acls.insert(acl.id.clone(), acl);
            }
            Noun::Subnets => {
                let subnet = of::<WireSubnet>(value)?.read()?;
                inventory.subnets.insert(subnet.id.clone(), subnet);
            }
            Noun::PrefixLists => {
                let list = of::<WirePrefixList>(value)?.read()?;
                inventory.prefix_lists.insert(list.id.clone(), list);
            }
            Noun::PrefixListEntries => {
                let block = of::<WirePrefix>(value)?.read()?;
                self.entries.entry(list_id.to_owned()).or_default().push(block);
            }
        }
        Ok(())
    }

    /// Puts together what came apart: rules and their groups, lists and their entries. The listing with ids counts
    /// where it says anything of a group; a group known by its rules alone is one of that name.
    fn finish(mut self) -> Inventory {
        for (id, rules) in self.rules {
            let group =
                self.inventory.groups.entry(id.clone()).or_insert_with(|| Group { id, ..Group::default() });
            group.rules = rules;
        }
        for (id, entries) in self.entries {
            let v6 = entries.first().is_some_and(|cidr| cidr.family() == Family::V6);
            let list = self.inventory.prefix_lists.entry(id.clone()).or_insert_with(|| PrefixList {
                id,
                name: String::new(),
                family: if v6 { Family::V6 } else { Family::V4 },
                max_entries: None,
                entries: None,
            });
            list.entries = Some(entries);
        }
        self.inventory
    }
}

fn of<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

/// The prefix list whose entries a page holds: named in it by whoever merged pages, else by the file's name.
fn list_of(file: &str, page: &Value) -> String {
    let named = page.get("PrefixListId").and_then(Value::as_str).map(str::to_owned);
    named.unwrap_or_else(|| {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        name.split('.').next().unwrap_or(name).to_owned()
    })
}

/// The text without a byte order mark; UTF-16, which PowerShell writes when output is redirected, as UTF-8.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let wide = |pair: fn([u8; 2]) -> u16, rest: &[u8]| {
        let units: Vec<u16> = rest.as_chunks().0.iter().map(|two| pair(*two)).collect();
        String::from_utf16_lossy(&units).into_bytes()
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        _ => bytes.to_vec(),
    }
}
