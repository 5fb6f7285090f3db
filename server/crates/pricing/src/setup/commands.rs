//! Commands of the AWS CLI, one argument a line, quoted for a POSIX shell.

use crate::delivery::FileFormat;
use crate::setup::quote::shell;
use crate::setup::{Request, Target, Text};

/// The command that creates the flow log, and the one that shows how it fares.
pub(super) fn create(request: &Request, log_format: &str) -> Text {
    let mut arguments: Vec<(&str, String)> = vec![
        ("--region", request.region.clone()),
        ("--resource-type", request.resource.api().to_owned()),
        ("--resource-ids", request.resource_id.clone()),
    ];
    if !request.resource.is_gateway() {
        arguments.push(("--traffic-type", request.traffic.api().to_owned()));
    }
    arguments.push(("--log-destination-type", request.target.api().to_owned()));
    arguments.push(("--log-destination", request.destination_arn()));
    match &request.target {
        Target::S3 { format, keys, .. } => arguments.push((
            "--destination-options",
            format!(
                "FileFormat={},HiveCompatiblePartitions={},PerHourPartition={}",
                file_format(*format),
                keys.hive,
                keys.hourly
            ),
        )),
        Target::Cloudwatch { role_arn, .. } => {
            arguments.push(("--deliver-logs-permission-arn", role_arn.clone()))
        }
        Target::Firehose { .. } => {}
    }
    arguments.push(("--max-aggregation-interval", request.interval.secs().to_string()));
    arguments.push(("--log-format", log_format.to_owned()));
    let body = format!(
        "{}\n# AWS answers 200 even where it fails: \"Unsuccessful\" must be empty. After 15 minutes:\n{}",
        command("aws ec2 create-flow-logs", &arguments),
        command(
            "aws ec2 describe-flow-logs",
            &[
                ("--region", request.region.clone()),
                ("--filter", format!("Name=resource-id,Values={}", request.resource_id)),
            ]
        )
    );
    Text { name: "aws-cli", title: "AWS CLI", language: "sh", body }
}

/// A command with its arguments, ending in a line feed.
pub(super) fn command(start: &str, arguments: &[(&str, String)]) -> String {
    let mut text = start.to_owned();
    for (name, value) in arguments {
        text.push_str(&format!(" \\\n  {name} {}", shell(value)));
    }
    text.push('\n');
    text
}

/// The word of the API for a file format.
pub(super) const fn file_format(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Text => "plain-text",
        FileFormat::Parquet => "parquet",
    }
}
