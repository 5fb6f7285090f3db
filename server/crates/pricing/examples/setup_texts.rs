//! Writes every text of the set-up assistant, for every purpose, resource and destination, below a folder, one folder
//! each: for `terraform validate`, `cfn-lint` and the AWS CLI to judge. `cargo run -p pricing --example setup_texts DIR`

use std::error::Error;
use std::path::Path;

use pricing::setup::{Purpose, Request, ResourceKind, SetupError, Target, recipe};
use pricing::{FileFormat, Interval, Keys, PriceBook, Traffic};

fn targets() -> [(&'static str, Target); 4] {
    let s3 = |format, keys, prefix: &str| Target::S3 {
        bucket: "flow-log-bucket".to_owned(),
        prefix: prefix.to_owned(),
        format,
        keys,
    };
    [
        ("s3-text", s3(FileFormat::Text, Keys::default(), "")),
        ("s3-parquet", s3(FileFormat::Parquet, Keys { hive: true, hourly: true }, "team=net/flow(1)")),
        (
            "cloudwatch",
            Target::Cloudwatch {
                log_group: "/vpc/flow-logs".to_owned(),
                role_arn: "arn:aws:iam::123456789012:role/flow-logs".to_owned(),
            },
        ),
        ("firehose", Target::Firehose { stream: "flow-logs".to_owned() }),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let book = PriceBook::built_in()?;
    let mut written = 0;
    for (purpose, resource) in Purpose::ALL.into_iter().flat_map(|p| ResourceKind::ALL.map(|r| (p, r))) {
        for (name, target) in targets() {
            let request = Request {
                purpose,
                resource,
                resource_id: format!("{}00112233445566778", resource.id_prefix()),
                account: "123456789012".to_owned(),
                region: "eu-central-1".to_owned(),
                target,
                traffic: Traffic::All,
                interval: Interval::Minute,
                more_fields: vec![],
            };
            let recipe = match recipe(&book, &request) {
                Err(SetupError::NoAction) => continue,
                made => made?,
            };
            let below = Path::new(&folder).join(format!("{purpose:?}-{resource:?}-{name}"));
            std::fs::create_dir_all(&below)?;
            for text in &recipe.texts {
                let extension = if text.language == "hcl" { "tf" } else { text.language };
                std::fs::write(below.join(format!("{}.{extension}", text.name)), &text.body)?;
            }
            written += 1;
        }
    }
    println!("{written} recipes in {folder}");
    Ok(())
}
