//! A CloudFormation template, as JSON, which every tool that reads templates takes.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html>

use super::description::description;
use super::permission::ports;
use crate::address::Family;
use crate::evaluate::Firewall;
use crate::inventory::{Peer, Rule};
use crate::suggest::Suggestion;
use serde_json::{Map, Value, json};

/// The suggestions as a template. Rules to remove stand in its metadata: a template adds, what it did not create it
/// cannot take away.
pub fn template(suggestions: &[Suggestion], firewall: &Firewall) -> Value {
    let mut resources = Map::new();
    let mut removals = Vec::new();
    for suggestion in suggestions {
        for (turn, rule) in suggestion.add.iter().enumerate() {
            let told = description(suggestion, &rule.description);
            resources.insert(logical_id(suggestion, turn), resource(suggestion, rule, &told));
        }
        for known in suggestion.replaces.iter().filter_map(|place| firewall.rules().get(*place)) {
            removals.push(json!({ "GroupId": known.group, "SecurityGroupRuleId": known.name() }));
        }
    }
    // A template without resources is none; a handle that waits for nothing costs nothing.
    if resources.is_empty() {
        let nothing = json!({ "Type": "AWS::CloudFormation::WaitConditionHandle" });
        resources.insert("WeirAddsNothing".to_owned(), nothing);
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Security group rules suggested by Weir; review before use",
        "Metadata": { "RulesToRemove": removals },
        "Resources": resources,
    })
}

fn resource(suggestion: &Suggestion, rule: &Rule, told: &str) -> Value {
    let mut properties = Map::new();
    let mut set = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    set("GroupId", json!(suggestion.group));
    set("IpProtocol", json!(rule.protocol.api_name()));
    if let Some((from, to)) = ports(rule) {
        set("FromPort", json!(from));
        set("ToPort", json!(to));
    }
    let end = if rule.egress { "Destination" } else { "Source" };
    let peer = match &rule.peer {
        Peer::Cidr(cidr) if cidr.family() == Family::V4 => "CidrIp".to_owned(),
        Peer::Cidr(_) => "CidrIpv6".to_owned(),
        Peer::Group(_) => format!("{end}SecurityGroupId"),
        Peer::PrefixList(_) => format!("{end}PrefixListId"),
    };
    set(&peer, json!(rule.peer.to_string()));
    set("Description", json!(told));
    let kind = if rule.egress { "Egress" } else { "Ingress" };
    json!({ "Type": format!("AWS::EC2::SecurityGroup{kind}"), "Properties": properties })
}

/// Letters and digits alone are allowed.
fn logical_id(suggestion: &Suggestion, turn: usize) -> String {
    let plain: String = suggestion.id.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("Weir{plain}R{turn}")
}
