//! Terraform, one resource per rule.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule>

use super::description::description;
use super::permission::ports;
use crate::address::Family;
use crate::evaluate::Firewall;
use crate::inventory::{Peer, Protocol, Rule};
use crate::suggest::Suggestion;
use std::fmt::Write as _;

/// The suggestions as resources; what is to be removed as comments that name the rule and how to remove it.
pub fn terraform(suggestions: &[Suggestion], firewall: &Firewall) -> String {
    let mut text = String::new();
    for suggestion in suggestions {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# {}: {}", suggestion.action.name(), one_line(&suggestion.why));
        let _ = writeln!(text, "# confidence {:.3}", suggestion.confidence.value);
        for known in suggestion.replaces.iter().filter_map(|place| firewall.rules().get(*place)) {
            let _ = writeln!(
                text,
                "# remove {} of {} ({}): delete the resource that was imported as, or created with, this id",
                known.name(),
                known.group,
                in_words(&known.rule)
            );
        }
        for (turn, rule) in suggestion.add.iter().enumerate() {
            let told = description(suggestion, &rule.description);
            resource(&mut text, suggestion, rule, turn, &told);
        }
        text.push('\n');
    }
    text
}

fn resource(text: &mut String, suggestion: &Suggestion, rule: &Rule, turn: usize, told: &str) {
    let kind = if rule.egress { "egress" } else { "ingress" };
    let name = format!("weir_{}_{turn}", suggestion.id);
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let mut arguments = vec![
        ("security_group_id", quoted(&suggestion.group)),
        ("ip_protocol", quoted(&rule.protocol.api_name())),
    ];
    if let Some((from, to)) = ports(rule).filter(|_| rule.protocol != Protocol::All) {
        arguments.push(("from_port", from.to_string()));
        arguments.push(("to_port", to.to_string()));
    }
    let peer = match &rule.peer {
        Peer::Cidr(cidr) if cidr.family() == Family::V4 => "cidr_ipv4",
        Peer::Cidr(_) => "cidr_ipv6",
        Peer::Group(_) => "referenced_security_group_id",
        Peer::PrefixList(_) => "prefix_list_id",
    };
    arguments.push((peer, quoted(&rule.peer.to_string())));
    arguments.push(("description", quoted(told)));
    let width = arguments.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let _ = writeln!(text, "resource \"aws_vpc_security_group_{kind}_rule\" \"{name}\" {{");
    for (name, value) in arguments {
        let _ = writeln!(text, "  {name:width$} = {value}");
    }
    let _ = writeln!(text, "}}");
}

/// A string of HCL, in which `${` and `%{` would begin a template.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("\"{escaped}\"")
}

fn in_words(rule: &Rule) -> String {
    let (from, to) = rule.ports.api_range();
    let direction = if rule.egress { "to" } else { "from" };
    one_line(&format!("{} {from}-{to} {direction} {}", rule.protocol.api_name(), rule.peer))
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
