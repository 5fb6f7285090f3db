//! The flow log as Terraform and as CloudFormation.

use crate::setup::commands::file_format;
use crate::setup::quote::{terraform as hcl, yaml};
use crate::setup::{Request, Target, Text};

/// `aws_flow_log`, arguments aligned as `terraform fmt` does it.
pub(super) fn terraform(request: &Request, log_format: &str) -> Text {
    let mut arguments = vec![(request.resource.terraform(), hcl(&request.resource_id))];
    if !request.resource.is_gateway() {
        arguments.push(("traffic_type", hcl(request.traffic.api())));
    }
    arguments.push(("log_destination_type", hcl(request.target.api())));
    arguments.push(("log_destination", hcl(&request.destination_arn())));
    if let Target::Cloudwatch { role_arn, .. } = &request.target {
        arguments.push(("iam_role_arn", hcl(role_arn)));
    }
    arguments.push(("max_aggregation_interval", request.interval.secs().to_string()));
    arguments.push(("log_format", hcl(log_format)));
    let mut body = "resource \"aws_flow_log\" \"weir\" {\n".to_owned();
    body.push_str(&aligned(&arguments, 2));
    if let Target::S3 { format, keys, .. } = &request.target {
        let options = [
            ("file_format", hcl(file_format(*format))),
            ("hive_compatible_partitions", keys.hive.to_string()),
            ("per_hour_partition", keys.hourly.to_string()),
        ];
        body.push_str("\n  destination_options {\n");
        body.push_str(&aligned(&options, 4));
        body.push_str("  }\n");
    }
    body.push_str("}\n");
    Text { name: "terraform", title: "Terraform", language: "hcl", body }
}

fn aligned(arguments: &[(&str, String)], indent: usize) -> String {
    let width = arguments.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    arguments.iter().map(|(name, value)| format!("{:indent$}{name:width$} = {value}\n", "")).collect()
}

/// `AWS::EC2::FlowLog`. The format stands in quotes and outside `!Sub`, where `${…}` would be taken for a parameter.
pub(super) fn cloudformation(request: &Request, log_format: &str) -> Text {
    let mut properties =
        vec![("ResourceType", yaml(request.resource.api())), ("ResourceId", yaml(&request.resource_id))];
    if !request.resource.is_gateway() {
        properties.push(("TrafficType", yaml(request.traffic.api())));
    }
    properties.push(("LogDestinationType", yaml(request.target.api())));
    properties.push(("LogDestination", yaml(&request.destination_arn())));
    if let Target::Cloudwatch { role_arn, .. } = &request.target {
        properties.push(("DeliverLogsPermissionArn", yaml(role_arn)));
    }
    properties.push(("MaxAggregationInterval", request.interval.secs().to_string()));
    properties.push(("LogFormat", yaml(log_format)));
    let mut body = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  WeirFlowLog:\n    \
                    Type: AWS::EC2::FlowLog\n    Properties:\n"
        .to_owned();
    for (name, value) in properties {
        body.push_str(&format!("      {name}: {value}\n"));
    }
    if let Target::S3 { format, keys, .. } = &request.target {
        body.push_str(&format!(
            "      DestinationOptions:\n        FileFormat: {}\n        HiveCompatiblePartitions: {}\n        \
             PerHourPartition: {}\n",
            yaml(file_format(*format)),
            keys.hive,
            keys.hourly
        ));
    }
    Text { name: "cloudformation", title: "CloudFormation", language: "yaml", body }
}
