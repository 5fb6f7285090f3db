//! Recipes: every text is read back by what it is written for.

#![expect(clippy::unwrap_used, reason = "a recipe that cannot be made fails the test")]

use super::*;
use hcl_edit::structure::Body;
use std::process::Command;
use yaml_rust2::YamlLoader;

fn book() -> PriceBook {
    PriceBook::built_in().unwrap()
}

fn to_s3() -> Request {
    Request {
        purpose: Purpose::Everything,
        resource: ResourceKind::Vpc,
        resource_id: "vpc-00112233445566778".to_owned(),
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        target: Target::S3 {
            bucket: "flow-log-bucket".to_owned(),
            prefix: "team (a)".replace(' ', "_"),
            format: FileFormat::Text,
            keys: Keys { hive: true, hourly: true },
        },
        traffic: Traffic::All,
        interval: Interval::TenMinutes,
        more_fields: vec![],
    }
}

fn to_cloudwatch() -> Request {
    let role_arn = "arn:aws:iam::123456789012:role/flow-logs".to_owned();
    Request { target: Target::Cloudwatch { log_group: "/vpc/flow#logs".to_owned(), role_arn }, ..to_s3() }
}

fn of_gateway() -> Request {
    Request {
        resource: ResourceKind::TransitGateway,
        resource_id: "tgw-00112233445566778".to_owned(),
        target: Target::Firehose { stream: "flows".to_owned() },
        interval: Interval::Minute,
        ..to_s3()
    }
}

fn made(request: &Request) -> Recipe {
    recipe(&book(), request).unwrap()
}

/// Runs text in a shell in which `aws` prints its arguments; one list for each call.
fn run(text: &str) -> Vec<Vec<String>> {
    let script = format!("aws() {{ printf '%s\\0' \"$@\"; printf '\\n\\0'; }}\n{text}");
    let output = Command::new("sh").arg("-euc").arg(script).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let words: Vec<String> = printed.split_terminator('\0').map(str::to_owned).collect();
    words.split(|word| word == "\n").filter(|call| !call.is_empty()).map(<[String]>::to_vec).collect()
}

fn argument<'c>(call: &'c [String], name: &str) -> &'c str {
    let at = call.iter().position(|word| word == name).unwrap_or_else(|| panic!("{name} in {call:?}"));
    &call[at + 1]
}

#[test]
fn the_command_reaches_the_cli_word_for_word() {
    let recipe = made(&to_s3());
    let calls = run(recipe.text("aws-cli").unwrap());
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0][..2], ["ec2", "create-flow-logs"]);
    for (name, value) in [
        ("--resource-type", "VPC"),
        ("--resource-ids", "vpc-00112233445566778"),
        ("--traffic-type", "ALL"),
        ("--log-destination-type", "s3"),
        ("--log-destination", "arn:aws:s3:::flow-log-bucket/team_(a)/"),
        (
            "--destination-options",
            "FileFormat=plain-text,HiveCompatiblePartitions=true,PerHourPartition=true",
        ),
        ("--max-aggregation-interval", "600"),
        ("--log-format", recipe.log_format.as_str()),
    ] {
        assert_eq!(argument(&calls[0], name), value);
    }
    assert_eq!(calls[0].len(), 2 + 2 * 9);
    assert_eq!(argument(&calls[1], "--filter"), "Name=resource-id,Values=vpc-00112233445566778");
    assert_eq!(run(recipe.text("bucket-policy-commands").unwrap()).len(), 2);
}

#[test]
fn the_format_is_what_the_purpose_needs_in_awss_order() {
    let format = |purpose| made(&Request { purpose, ..to_s3() }).log_format;
    let everything = format(Purpose::Everything);
    assert!(everything.starts_with("${version} ${account-id} ${interface-id}"));
    assert!(everything.ends_with("${flow-direction} ${traffic-path} ${reject-reason}"));
    assert_eq!(everything.split(' ').count(), 28);
    assert!(format(Purpose::DebugRejects).contains("${reject-reason}"));
    assert!(!format(Purpose::TightenGroups).contains("${traffic-path}"));
    assert!(format(Purpose::Cost).contains("${az-id}"));
    for purpose in Purpose::ALL {
        let parsed = flowlog::Format::parse(&format(purpose)).unwrap();
        assert!(parsed.fields().iter().all(|field| flowlog::field(field.as_str()).is_some()));
        assert_eq!(parsed.fields().len(), purpose.fields(ResourceKind::Vpc).len());
    }
    let more = made(&Request { more_fields: vec!["ecs-task-id".to_owned()], ..to_s3() });
    assert!(more.fields.iter().any(|field| field.reason == "It tells the ECS task."));
}

#[test]
fn a_regional_nat_gateway_is_named_in_every_record() {
    let resource_id = "nat-00112233445566778".to_owned();
    let recipe = made(&Request { resource: ResourceKind::RegionalNatGateway, resource_id, ..to_s3() });
    assert!(recipe.log_format.ends_with("${resource-id}"), "{}", recipe.log_format);
    let calls = run(recipe.text("aws-cli").unwrap());
    assert_eq!(argument(&calls[0], "--resource-type"), "RegionalNatGateway");
    let terraform = flow_log(recipe.text("terraform").unwrap());
    assert_eq!(text_of(&terraform, "regional_nat_gateway_id"), Some("nat-00112233445566778"));
}

#[test]
fn a_million_records_are_priced_by_the_usual_line() {
    let recipe = made(&to_s3());
    assert!((240.0..270.0).contains(&recipe.line_bytes), "{}", recipe.line_bytes);
    assert!((0.055..0.065).contains(&f64::try_from(recipe.million_records_usd).unwrap()));
    assert!(!recipe.estimate);
}

#[test]
fn cloudformation_is_yaml_with_the_same_values() {
    for request in [to_s3(), to_cloudwatch(), of_gateway()] {
        let recipe = made(&request);
        let yaml = YamlLoader::load_from_str(recipe.text("cloudformation").unwrap()).unwrap();
        let resource = &yaml[0]["Resources"]["WeirFlowLog"];
        assert_eq!(resource["Type"].as_str(), Some("AWS::EC2::FlowLog"));
        let properties = &resource["Properties"];
        assert_eq!(properties["LogFormat"].as_str(), Some(recipe.log_format.as_str()));
        assert_eq!(properties["ResourceId"].as_str(), Some(request.resource_id.as_str()));
        assert_eq!(properties["LogDestination"].as_str(), Some(request.destination_arn().as_str()));
        assert_eq!(properties["MaxAggregationInterval"].as_i64(), Some(i64::from(request.interval.secs())));
        assert_eq!(properties["TrafficType"].is_badvalue(), request.resource.is_gateway());
        let options = &properties["DestinationOptions"];
        assert_eq!(options["PerHourPartition"].as_bool(), (request == to_s3()).then_some(true));
        let role = properties["DeliverLogsPermissionArn"].as_str();
        assert_eq!(role.is_some(), request == to_cloudwatch());
    }
}

#[test]
fn terraform_keeps_the_format_from_interpolation() {
    insta::assert_snapshot!(made(&Request { purpose: Purpose::DebugRejects, ..to_s3() }).text("terraform").unwrap(), @r#"
    resource "aws_flow_log" "weir" {
      vpc_id                   = "vpc-00112233445566778"
      traffic_type             = "ALL"
      log_destination_type     = "s3"
      log_destination          = "arn:aws:s3:::flow-log-bucket/team_(a)/"
      max_aggregation_interval = 600
      log_format               = "$${version} $${account-id} $${interface-id} $${srcaddr} $${dstaddr} $${srcport} $${dstport} $${protocol} $${packets} $${bytes} $${start} $${end} $${action} $${log-status} $${vpc-id} $${subnet-id} $${tcp-flags} $${pkt-srcaddr} $${pkt-dstaddr} $${flow-direction} $${reject-reason}"

      destination_options {
        file_format                = "plain-text"
        hive_compatible_partitions = true
        per_hour_partition         = true
      }
    }
    "#);
    let gateway = made(&of_gateway());
    assert!(gateway.text("terraform").unwrap().contains("transit_gateway_id       = \"tgw-"));
    assert!(!gateway.text("terraform").unwrap().contains("traffic_type"));
}

/// The arguments of the flow log in a text for Terraform.
fn flow_log(text: &str) -> Body {
    let body = hcl_edit::parser::parse_body(text).unwrap();
    let [resource] = &body.get_blocks("resource").collect::<Vec<_>>()[..] else { panic!("{text}") };
    let labels: Vec<&str> = resource.labels.iter().map(|label| label.as_str()).collect();
    assert_eq!(labels, ["aws_flow_log", "weir"]);
    resource.body.clone()
}

fn text_of<'b>(body: &'b Body, name: &str) -> Option<&'b str> {
    body.get_attribute(name).and_then(|attribute| attribute.value.as_str())
}

#[test]
fn terraform_is_hcl_with_the_same_values() {
    for request in [to_s3(), to_cloudwatch(), of_gateway()] {
        let recipe = made(&request);
        let body = flow_log(recipe.text("terraform").unwrap());
        assert_eq!(text_of(&body, "log_format"), Some(recipe.log_format.as_str()));
        assert_eq!(text_of(&body, request.resource.terraform()), Some(request.resource_id.as_str()));
        assert_eq!(text_of(&body, "log_destination"), Some(request.destination_arn().as_str()));
        assert_eq!(text_of(&body, "log_destination_type"), Some(request.target.api()));
        let interval = body.get_attribute("max_aggregation_interval").unwrap();
        assert_eq!(interval.value.to_string().trim(), request.interval.secs().to_string());
        assert_eq!(text_of(&body, "iam_role_arn").is_some(), request == to_cloudwatch());
        let options: Vec<_> = body.get_blocks("destination_options").collect();
        assert_eq!(options.len(), usize::from(request == to_s3()));
        for option in options {
            assert_eq!(text_of(&option.body, "file_format"), Some("plain-text"));
            assert!(option.body.has_attribute("per_hour_partition"));
        }
    }
}

/// What a name must never get past the checks as, and stays a name all the same where it did.
const HOSTILE: &str = "it's \"a\" `b` $(reboot) ${HOME} %{ if x } $${y} \\ \t#;&|<>*?~!\nrm -r .";

#[test]
fn names_stay_names_in_every_language_even_where_no_check_has_seen_them() {
    let name = || HOSTILE.to_owned();
    let keys = Keys::default();
    let targets = [
        Target::S3 { bucket: name(), prefix: name(), format: FileFormat::Text, keys },
        Target::Cloudwatch { log_group: name(), role_arn: name() },
        Target::Firehose { stream: name() },
    ];
    for target in targets {
        let request = Request { resource_id: name(), account: name(), region: name(), target, ..to_s3() };
        assert!(recipe(&book(), &request).is_err(), "the checks refuse it");
        let (arn, format) = (request.destination_arn(), "${version} ${srcaddr}");
        let calls = run(&commands::create(&request, format).body);
        for (argument_name, value) in [
            ("--region", HOSTILE),
            ("--resource-ids", HOSTILE),
            ("--log-destination", &arn),
            ("--log-format", format),
        ] {
            assert_eq!(argument(&calls[0], argument_name), value);
        }
        assert_eq!(calls.len(), 2);
        let body = flow_log(&templates::terraform(&request, format).body);
        assert_eq!(
            [text_of(&body, "vpc_id"), text_of(&body, "log_destination"), text_of(&body, "log_format")],
            [Some(HOSTILE), Some(arn.as_str()), Some(format)]
        );
        let yaml = YamlLoader::load_from_str(&templates::cloudformation(&request, format).body).unwrap();
        let properties = &yaml[0]["Resources"]["WeirFlowLog"]["Properties"];
        assert_eq!(
            [properties["ResourceId"].as_str(), properties["LogDestination"].as_str()],
            [Some(HOSTILE), Some(arn.as_str())]
        );
        for text in policies::texts(&request) {
            if text.language == "sh" {
                assert_eq!(
                    run(&text.body).iter().map(|call| argument(call, "--bucket")).max(),
                    Some(HOSTILE)
                );
            } else {
                serde_json::from_str::<serde_json::Value>(&text.body).unwrap();
            }
        }
    }
}

#[test]
fn policies_are_json_and_admit_what_they_must_and_no_more() {
    let recipe = made(&to_s3());
    let read = |name: &str| serde_json::from_str::<serde_json::Value>(recipe.text(name).unwrap()).unwrap();
    let bucket = read("bucket-policy");
    let write = &bucket["Statement"][0];
    assert_eq!(
        write["Resource"],
        "arn:aws:s3:::flow-log-bucket/team_(a)/AWSLogs/aws-account-id=123456789012/*"
    );
    assert_eq!(write["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012");
    assert_eq!(write["Condition"]["ArnLike"]["aws:SourceArn"], "arn:aws:logs:us-east-1:123456789012:*");
    assert_eq!(bucket["Statement"][1]["Action"], "s3:GetBucketAcl");
    let weir = read("weir-policy");
    let actions: Vec<_> =
        weir["Statement"].as_array().unwrap().iter().map(|statement| &statement["Action"]).collect();
    assert_eq!(actions, ["s3:ListBucket", "s3:GetObject"]);
    assert_eq!(weir["Statement"][0]["Condition"]["StringLike"]["s3:prefix"][1], "team_(a)/*");
    assert_eq!(weir["Statement"][1]["Resource"], "arn:aws:s3:::flow-log-bucket/team_(a)/AWSLogs/*");

    let cloudwatch = made(&to_cloudwatch());
    for name in ["role-trust", "role-policy"] {
        let policy: serde_json::Value = serde_json::from_str(cloudwatch.text(name).unwrap()).unwrap();
        assert_eq!(policy["Version"], "2012-10-17");
    }
    assert_eq!(cloudwatch.text("weir-policy"), None);
}

#[test]
fn warnings_tell_of_the_bucket_policy_and_of_what_cannot_be_changed() {
    let warnings = made(&to_s3()).warnings.join("\n");
    assert!(warnings.contains("may overwrite its policy") && warnings.contains("cannot be changed"));
    let rejects = made(&Request { traffic: Traffic::Reject, interval: Interval::Minute, ..to_s3() });
    assert!(rejects.warnings.join("\n").contains("ten times"));
    assert!(rejects.warnings.join("\n").contains("network ACL"));
    assert!(made(&to_cloudwatch()).warnings.join("\n").contains("export the log group"));
}

#[test]
fn partitions_other_than_the_public_one_have_their_own_arns() {
    let arn = |region: &str| Request { region: region.to_owned(), ..to_s3() }.destination_arn();
    assert!(arn("cn-north-1").starts_with("arn:aws-cn:s3:::"));
    assert!(arn("us-gov-west-1").starts_with("arn:aws-us-gov:s3:::"));
}

#[test]
fn what_aws_would_refuse_is_refused_with_its_form() {
    let refused = |request: Request| recipe(&book(), &request).unwrap_err().to_string();
    let s3 = |bucket: &str, prefix: &str| {
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        Request {
            target: Target::S3 { bucket, prefix, format: FileFormat::Text, keys: Keys::default() },
            ..to_s3()
        }
    };
    assert!(refused(s3("Bucket", "")).starts_with("the bucket must be 3 to 63 lower-case letters"));
    for prefix in ["a/AWSLogs", "/a", "a/", "a b", "$(reboot)", "${aws:username}", "*", "a'b", "a\nb"] {
        assert!(refused(s3("bucket", prefix)).starts_with("the prefix must be "), "{prefix}");
    }
    assert!(
        refused(Request { resource_id: "vpc-1; reboot".to_owned(), ..to_s3() }).contains("vpc- and 8 to 17")
    );
    assert!(
        refused(Request { resource_id: "subnet-00112233".to_owned(), ..to_s3() })
            .contains("vpc- and 8 to 17")
    );
    assert!(refused(Request { account: "12345".to_owned(), ..to_s3() }).contains("twelve digits"));
    for region in ["useast1", "us-east-", "US-EAST-1", "us--1", ""] {
        assert!(
            refused(Request { region: region.to_owned(), ..to_s3() }).contains("the region must be"),
            "{region}"
        );
    }
    let misspelt = Request { more_fields: vec!["tcp-flag".to_owned()], ..to_s3() };
    assert_eq!(
        refused(misspelt),
        "no field of this resource is called \"tcp-flag\", did you mean tcp-flags?"
    );
    assert!(refused(Request { purpose: Purpose::DebugRejects, ..of_gateway() }).contains("have no action"));
    assert!(
        refused(Request { interval: Interval::TenMinutes, ..of_gateway() }).contains("choose ALL and 60")
    );
    let role = Target::Cloudwatch { log_group: "g".to_owned(), role_arn: "arn:aws:iam::1:role/x".to_owned() };
    assert!(refused(Request { target: role, ..to_s3() }).starts_with("the role must be an ARN"));
}

const DESCRIBED: &str = r#"{"FlowLogs": [
  {"CreationTime": "2020-02-04T15:22:29.986Z", "DeliverLogsStatus": "SUCCESS", "FlowLogId": "fl-01234567890123456",
   "MaxAggregationInterval": 60, "FlowLogStatus": "ACTIVE", "ResourceId": "vpc-00112233445566778",
   "TrafficType": "ACCEPT", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::my-flow-log-bucket/custom",
   "LogFormat": "${version} ${vpc-id} ${srcaddr} ${dstaddr} ${sublocation-id}", "Tags": [],
   "DestinationOptions": {"FileFormat": "parquet", "HiveCompatiblePartitions": true, "PerHourPartition": false}},
  {"FlowLogId": "fl-aabbccdd112233445", "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error",
   "LogGroupName": "FlowLogGroup", "ResourceId": "tgw-attach-00112233445566778"}]}"#;

#[test]
fn what_describe_flow_logs_prints_is_imported() {
    let logs = import(DESCRIBED).unwrap();
    let [first, second] = &logs[..] else { panic!("two flow logs") };
    assert_eq!(first.fields, ["version", "vpc-id", "srcaddr", "dstaddr", "sublocation-id"]);
    assert_eq!((first.destination, first.format), (Some(Destination::S3), FileFormat::Parquet));
    assert_eq!((first.interval, first.traffic), (Some(Interval::Minute), Some(Traffic::Accept)));
    assert_eq!(first.keys, Keys { hive: true, hourly: false });
    assert_eq!((first.resource(), &first.delivery), (Some(ResourceKind::Vpc), &DeliveryState::Works));
    assert_eq!(first.since(), Some(jiff::civil::date(2020, 2, 4)));
    assert_eq!(second.since(), None);
    let plan = first.describe(Plan::new(&first.id, "1", "us-east-1", Volume::default(), 1.0));
    assert_eq!(
        (plan.format, plan.traffic, plan.interval),
        (first.format, Traffic::Accept, Some(Interval::Minute))
    );
    assert!(first.lacks(Purpose::DebugRejects).contains(&"tcp-flags"));
    assert!(!first.lacks(Purpose::DebugRejects).contains(&"srcaddr"));
    assert_eq!(second.resource(), Some(ResourceKind::TransitGatewayAttachment));
    assert_eq!(
        (second.destination, second.destination_name.as_str()),
        (Some(Destination::Cloudwatch), "FlowLogGroup")
    );
    let DeliveryState::Fails { error, cure } = &second.delivery else { panic!("it fails") };
    assert!(error == "Access error" && cure.contains("trust"));
    let bare = DESCRIBED.trim_start_matches("{\"FlowLogs\":").trim_end_matches('}');
    assert_eq!(import(bare).unwrap(), logs);
    assert!(matches!(import("{\"Flows\": []}"), Err(ImportError::NotDescribed { .. })));
    assert!(matches!(import("nothing"), Err(ImportError::NotDescribed { .. })));
}

#[test]
fn a_replacement_keeps_what_the_old_one_has_and_deletes_it_last() {
    let old = import(DESCRIBED).unwrap().remove(0);
    let mut volume = Volume::of(old.fields.iter().map(String::as_str));
    volume.add_lines(100_000_000);
    let plan = Plan::new(&old.id, "1", "us-east-1", volume, 30.0);
    let told = replacement(&book(), &old, &to_s3(), Some((&plan, &[]))).unwrap();
    assert!(told.recipe.log_format.contains("${sublocation-id}"));
    assert!(told.missing.contains(&"tcp-flags") && !told.missing.contains(&"srcaddr"));
    assert!(told.after_usd > told.before_usd);
    assert!(told.overlap_usd.unwrap() * Decimal::from(1_000) < told.after_usd.unwrap());
    let commands: Vec<String> = told
        .steps
        .iter()
        .flat_map(|step| &step.command)
        .flat_map(|text| run(text))
        .map(|call| call[1].clone())
        .collect();
    assert_eq!(
        commands,
        ["create-flow-logs", "describe-flow-logs", "describe-flow-logs", "delete-flow-logs"]
    );
    assert!(told.steps[3].what.contains("Coverage"));

    let unmeasured = replacement(&book(), &old, &to_s3(), None).unwrap();
    assert_eq!((unmeasured.before_usd, unmeasured.overlap_usd), (None, None));
    let strange = ImportedLog { id: "fl-x; reboot".to_owned(), ..old };
    assert!(replacement(&book(), &strange, &to_s3(), None).is_err());
}
