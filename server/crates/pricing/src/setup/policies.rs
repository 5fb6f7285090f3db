//! Policies as JSON: what lets AWS deliver, and the little that lets Weir read.

use serde::Serialize;
use serde_json::{Value, json};

use crate::delivery::Keys;
use crate::setup::commands::command;
use crate::setup::{Request, Target, Text};

/// The date of IAM's policy language.
const POLICY_VERSION: &str = "2012-10-17";

/// The policies that a request needs, in the order in which they are put in place.
pub(super) fn texts(request: &Request) -> Vec<Text> {
    match &request.target {
        Target::S3 { bucket, prefix, keys, .. } => vec![
            bucket_policy(request, bucket, prefix, *keys),
            bucket_commands(bucket),
            weir_policy(request, bucket, prefix),
        ],
        Target::Cloudwatch { log_group, .. } => vec![role_trust(request), role_policy(request, log_group)],
        Target::Firehose { .. } => Vec::new(),
    }
}

/// A policy with its keys in the order in which AWS's pages print them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

/// What is allowed; nothing is ever denied.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Value>,
    action: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
}

impl Statement {
    fn allow(sid: &'static str, action: Value) -> Self {
        Self { sid, effect: "Allow", principal: None, action, resource: None, condition: None }
    }

    /// To a service of AWS.
    fn to(self, service: &str) -> Self {
        Self { principal: Some(json!({ "Service": service })), ..self }
    }

    fn on(self, resource: impl Into<Value>) -> Self {
        Self { resource: Some(resource.into()), ..self }
    }

    fn when(self, condition: Value) -> Self {
        Self { condition: Some(condition), ..self }
    }
}

fn policy(name: &'static str, title: &'static str, statement: Vec<Statement>) -> Text {
    let policy = Policy { version: POLICY_VERSION, statement };
    // Plain text and lists always have a JSON form.
    let body = serde_json::to_string_pretty(&policy).unwrap_or_default() + "\n";
    Text { name, title, language: "json", body }
}

/// What a bucket's policy must hold for delivery ("Amazon S3 bucket permissions for flow logs").
fn bucket_policy(request: &Request, bucket: &str, prefix: &str, keys: Keys) -> Text {
    /// Who delivers.
    const SERVICE: &str = "delivery.logs.amazonaws.com";
    let (partition, region, account) = (request.partition(), &request.region, &request.account);
    let below = joined(prefix, "AWSLogs/");
    let folder = if keys.hive { format!("aws-account-id={account}") } else { account.clone() };
    let arn = format!("arn:{partition}:s3:::{bucket}");
    let source = json!({ "aws:SourceArn": format!("arn:{partition}:logs:{region}:{account}:*") });
    let written = json!({ "aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control" });
    let write = Statement::allow("AWSLogDeliveryWrite", "s3:PutObject".into())
        .to(SERVICE)
        .on(format!("{arn}/{below}{folder}/*"))
        .when(json!({ "StringEquals": written, "ArnLike": source }));
    let check = Statement::allow("AWSLogDeliveryAclCheck", "s3:GetBucketAcl".into())
        .to(SERVICE)
        .on(arn)
        .when(json!({ "StringEquals": { "aws:SourceAccount": account }, "ArnLike": source }));
    policy("bucket-policy", "Bucket policy for delivery", vec![write, check])
}

/// The commands that save and set a bucket's policy. The new policy replaces the old one as a whole.
fn bucket_commands(bucket: &str) -> Text {
    let get = command(
        "aws s3api get-bucket-policy",
        &[("--bucket", bucket.to_owned()), ("--query", "Policy".to_owned()), ("--output", "text".to_owned())],
    );
    let put = command(
        "aws s3api put-bucket-policy",
        &[("--bucket", bucket.to_owned()), ("--policy", "file://bucket-policy.json".to_owned())],
    );
    let body = format!(
        "# The policy as it is (an error says that there is none): keep it.\n{get}\n# Where AWS cannot attach the \
         policy itself: join the statements of both into\n# bucket-policy.json. This replaces the policy as a \
         whole.\n{put}"
    );
    Text { name: "bucket-policy-commands", title: "Bucket policy commands", language: "sh", body }
}

/// What Weir needs to read, and nothing else.
fn weir_policy(request: &Request, bucket: &str, prefix: &str) -> Text {
    let arn = format!("arn:{}:s3:::{bucket}", request.partition());
    let list = Statement::allow("WeirLists", "s3:ListBucket".into()).on(arn.as_str());
    let below = json!({ "StringLike": { "s3:prefix": [prefix, format!("{prefix}/*")] } });
    let list = if prefix.is_empty() { list } else { list.when(below) };
    let read = Statement::allow("WeirReads", "s3:GetObject".into());
    let read = read.on(format!("{arn}/{}*", joined(prefix, "AWSLogs/")));
    policy("weir-policy", "Weir's own permissions", vec![list, read])
}

/// Who may take the role that writes to the log group.
fn role_trust(request: &Request) -> Text {
    let (partition, region, account) = (request.partition(), &request.region, &request.account);
    let source = format!("arn:{partition}:ec2:{region}:{account}:vpc-flow-log/*");
    let trust = Statement::allow("FlowLogsTakeTheRole", "sts:AssumeRole".into())
        .to("vpc-flow-logs.amazonaws.com")
        .when(json!({ "StringEquals": { "aws:SourceAccount": account }, "ArnLike": { "aws:SourceArn": source } }));
    policy("role-trust", "Trust policy of the delivery role", vec![trust])
}

/// What that role may do ("IAM role for publishing flow logs to CloudWatch Logs").
fn role_policy(request: &Request, log_group: &str) -> Text {
    let (partition, region, account) = (request.partition(), &request.region, &request.account);
    let group = format!("arn:{partition}:logs:{region}:{account}:log-group:{log_group}");
    let actions = json!([
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogStreams"
    ]);
    let write = Statement::allow("FlowLogsWrite", actions).on(json!([group, format!("{group}:*")]));
    let find = Statement::allow("FlowLogsFindTheGroup", "logs:DescribeLogGroups".into()).on("*");
    policy("role-policy", "Permissions of the delivery role", vec![write, find])
}

fn joined(prefix: &str, rest: &str) -> String {
    if prefix.is_empty() { rest.to_owned() } else { format!("{prefix}/{rest}") }
}
