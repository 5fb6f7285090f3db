//! Everything that is said about one range: why traffic is refused, which rules are used, and what they should be.

use super::rows::Rows;
use firewall::evaluate::{Bound, Firewall};
use firewall::render::{self, AdviceJson};
use firewall::suggest::{Advice, Options, Suggestion, suggest};
use firewall::usage::{Flaw, RuleUse, Uses, flaws, report};
use firewall::verdict::{Card, Judged, Unanswered, cards, judge, unanswered};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of a verdict with its reasons and moments, about.
const JUDGED_BYTES: usize = 1_024;
/// Conversations told that nobody answers; the rest is a number.
const UNANSWERED: usize = 50;

/// Everything that is said about one range.
#[derive(Debug)]
pub struct Advised {
    /// The conversations.
    pub rows: Arc<Rows>,
    /// The refused ones with their verdicts.
    pub judged: Vec<Judged>,
    /// What was refused and why, as stories.
    pub cards: Vec<Card>,
    /// Asked and never answered although every rule permits; most records first.
    pub unanswered: Vec<Unanswered>,
    /// What the rules should be.
    pub advice: Advice,
    /// The use of every rule, in the order of [`Firewall::rules`].
    pub usage: Vec<RuleUse>,
    /// What is wrong with rules of the newest state, by their places.
    pub flaws: Vec<(usize, Flaw)>,
    /// The rules that were asked; none without an inventory.
    pub firewall: Option<Arc<Firewall>>,
}

/// Tells a piece of work that nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Tells it.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was told.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Judges the conversations of a range by the inventory, if there is one. `None` when it was told to stop: between its
/// stages, each of which takes a second for some million rows.
pub fn advise(
    rows: &Arc<Rows>,
    firewall: Option<Arc<Firewall>>,
    options: &Options,
    stop: &Stop,
) -> Option<Advised> {
    let go_on = || (!stop.is_set()).then_some(());
    let interfaces = rows.interfaces();
    let traffic = rows.traffic(&interfaces);
    go_on()?;
    let (judged, scouts) = judge(&traffic, firewall.as_deref());
    go_on()?;
    let cards = cards(&traffic, &judged, firewall.as_deref());
    let mut silent = unanswered(&traffic);
    silent.truncate(UNANSWERED);
    go_on()?;
    let mut advised = Advised {
        rows: Arc::clone(rows),
        judged: Vec::new(),
        cards,
        unanswered: silent,
        advice: Advice::default(),
        usage: Vec::new(),
        flaws: Vec::new(),
        firewall: firewall.clone(),
    };
    if let Some(firewall) = &firewall {
        let uses = Uses::of(Bound::new(firewall, &interfaces), &traffic);
        go_on()?;
        advised.usage = report(&uses, &interfaces);
        advised.flaws = flaws(firewall);
        advised.advice = suggest(&traffic, firewall, (&judged, &scouts), (&uses, &advised.usage), options);
    }
    advised.judged = judged;
    Some(advised)
}

impl Advised {
    /// Bytes of memory it takes, about; rows that answers share count for each of them.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.judged.len() * JUDGED_BYTES
    }

    /// All of it as other programs read it.
    pub fn json(&self) -> AdviceJson {
        let window = self.rows.window();
        render::advice(&window, self.firewall.as_deref(), &self.cards, &self.advice, &self.usage)
    }

    /// The stories of some of the refused conversations.
    pub fn cards_of(&self, is_meant: impl Fn(&Judged, &str) -> bool) -> Vec<Card> {
        let interfaces = self.rows.interfaces();
        let traffic = self.rows.traffic(&interfaces);
        let meant = |one: &&Judged| is_meant(one, traffic.interface(&one.refused.flow));
        let picked: Vec<Judged> = self.judged.iter().filter(meant).cloned().collect();
        cards(&traffic, &picked, self.firewall.as_deref())
    }

    /// Suggestions in Terraform; empty without an inventory.
    pub fn terraform(&self, suggestions: &[Suggestion]) -> String {
        self.firewall.as_deref().map(|firewall| render::terraform(suggestions, firewall)).unwrap_or_default()
    }

    /// Suggestions as AWS CLI commands, each below the reason and above the command that takes it back.
    pub fn commands(&self, suggestions: &[Suggestion]) -> String {
        let Some(firewall) = self.firewall.as_deref() else { return String::new() };
        let of_one = |one: &Suggestion| {
            let mut text = format!("# {}: {}\n", one.id, one.why);
            for command in render::commands(one, firewall) {
                text.push_str(&format!("{}\n# revert: {}\n", command.apply, command.revert));
            }
            text
        };
        suggestions.iter().map(of_one).collect()
    }

    /// Suggestions as a CloudFormation template; without resources where there is no inventory.
    ///
    /// # Errors
    /// None in practice: the template holds texts and numbers only.
    pub fn template(&self, suggestions: &[Suggestion]) -> serde_json::Result<String> {
        let none = Firewall::default();
        let firewall = self.firewall.as_deref().unwrap_or(&none);
        serde_json::to_string_pretty(&render::template(suggestions, firewall))
    }
}
