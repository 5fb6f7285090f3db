//! Policies as JSON: what lets AWS deliver, and the little that lets Weir read.

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

fn policy(name: &'static str, title: &'static str, statements: &Value) -> Text {
    let policy = json!({ "Version": POLICY_VERSION, "Statement": statements });
    Text { name, title, language: "json", body: format!("{policy:#}\n") }
}

/// What a bucket's policy must hold for delivery ("Amazon S3 bucket permissions for flow logs").
fn bucket_policy(request: &Request, bucket: &str, prefix: &str, keys: Keys) -> Text {
    let (partition, region, account) = (request.partition(), &request.region, &request.account);
    let below = joined(prefix, "AWSLogs/");
    let folder = if keys.hive { format!("aws-account-id={account}") } else { account.clone() };
    let service = json!({ "Service": "delivery.logs.amazonaws.com" });
    let source = json!({ "aws:SourceArn": format!("arn:{partition}:logs:{region}:{account}:*") });
    let statements = json!([
        {
            "Sid": "AWSLogDeliveryWrite",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": format!("arn:{partition}:s3:::{bucket}/{below}{folder}/*"),
            "Condition": {
                "StringEquals": { "aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control" },
                "ArnLike": source
            }
        },
        {
            "Sid": "AWSLogDeliveryAclCheck",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetBucketAcl",
            "Resource": format!("arn:{partition}:s3:::{bucket}"),
            "Condition": { "StringEquals": { "aws:SourceAccount": account }, "ArnLike": source }
        }
    ]);
    policy("bucket-policy", "Bucket policy for delivery", &statements)
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
        "# The policy as it is (an error says that there is none): keep it.\n{get}# Only if the bucket is not yours \
         alone or AWS may not attach the policy itself: join\n# the statements of both into bucket-policy.json. This \
         replaces the policy as a whole.\n{put}"
    );
    Text { name: "bucket-policy-commands", title: "Bucket policy commands", language: "sh", body }
}

/// What Weir needs to read, and nothing else.
fn weir_policy(request: &Request, bucket: &str, prefix: &str) -> Text {
    let arn = format!("arn:{}:s3:::{bucket}", request.partition());
    let mut list =
        json!({ "Sid": "WeirLists", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn });
    if let (false, Some(list)) = (prefix.is_empty(), list.as_object_mut()) {
        let condition = json!({ "StringLike": { "s3:prefix": [prefix, format!("{prefix}/*")] } });
        list.insert("Condition".to_owned(), condition);
    }
    let objects = format!("{arn}/{}*", joined(prefix, "AWSLogs/"));
    let read =
        json!({ "Sid": "WeirReads", "Effect": "Allow", "Action": "s3:GetObject", "Resource": objects });
    policy("weir-policy", "Weir's own permissions", &json!([list, read]))
}

/// Who may take the role that writes to the log group.
fn role_trust(request: &Request) -> Text {
    let (partition, region, account) = (request.partition(), &request.region, &request.account);
    let statements = json!([{
        "Effect": "Allow",
        "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": { "aws:SourceAccount": account },
            "ArnLike": { "aws:SourceArn": format!("arn:{partition}:ec2:{region}:{account}:vpc-flow-log/*") }
        }
    }]);
    policy("role-trust", "Trust policy of the delivery role", &statements)
}

/// What that role may do ("IAM role for publishing flow logs to CloudWatch Logs").
fn role_policy(request: &Request, log_group: &str) -> Text {
    let (partition, region, account) = (request.partition(), &request.region, &request.account);
    let group = format!("arn:{partition}:logs:{region}:{account}:log-group:{log_group}");
    let statements = json!([
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            "Resource": [group, format!("{group}:*")]
        },
        { "Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*" }
    ]);
    policy("role-policy", "Permissions of the delivery role", &statements)
}

fn joined(prefix: &str, rest: &str) -> String {
    if prefix.is_empty() { rest.to_owned() } else { format!("{prefix}/{rest}") }
}
