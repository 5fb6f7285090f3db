//! AWS CLI commands, each with the one that takes it back.

use super::description::description;
use super::permission::permission;
use crate::evaluate::Firewall;
use crate::inventory::Rule;
use crate::suggest::Suggestion;
use serde_json::json;

/// A command and its way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What to run.
    pub apply: String,
    /// What undoes it.
    pub revert: String,
}

/// The commands of a suggestion: first what permits, then what takes away, so that nothing is cut in between.
pub fn commands(suggestion: &Suggestion, firewall: &Firewall) -> Vec<Command> {
    let mut commands = Vec::new();
    for rule in &suggestion.add {
        let (group, text) = (&suggestion.group, description(suggestion, &rule.description));
        commands.push(Command {
            apply: by_content("authorize", group, rule, &text),
            revert: by_content("revoke", group, rule, ""),
        });
    }
    for known in suggestion.replaces.iter().filter_map(|place| firewall.rules().get(*place)) {
        let rule = &known.rule;
        // Ids that Weir made up where the inventory has none are no ids to AWS.
        let apply = if rule.id.starts_with("sgr-") {
            let verb = verb("revoke", rule.egress);
            format!("aws ec2 {verb} --group-id {} --security-group-rule-ids {}", known.group, rule.id)
        } else {
            by_content("revoke", &known.group, rule, "")
        };
        commands
            .push(Command { apply, revert: by_content("authorize", &known.group, rule, &rule.description) });
    }
    commands
}

fn verb(what: &str, egress: bool) -> String {
    format!("{what}-security-group-{}", if egress { "egress" } else { "ingress" })
}

fn by_content(what: &str, group: &str, rule: &Rule, description: &str) -> String {
    let permissions = json!([permission(rule, description)]).to_string();
    // A single quote ends the shell's quotation; AWS's descriptions have none, an inventory by hand may.
    let quoted = permissions.replace('\'', "'\\''");
    format!("aws ec2 {} --group-id {group} --ip-permissions '{quoted}'", verb(what, rule.egress))
}
