//! What is wished for, as the form of the set-up page and its link say it; what they leave open is as the logs are that
//! were read.

use super::{choice, kept, purpose_word, resource_label};
use crate::cost::Cost;
use contract::report::{Form, FormField, FormKind, Head};
use contract::{Page, View};
use pricing::setup::{ImportedLog, Purpose, Request, ResourceKind, SetupError, Target};
use pricing::{FileFormat, Interval, Keys, Traffic};

/// The destinations of the form.
const TARGETS: [(&str, &str); 3] =
    [("s3", "S3"), ("cloudwatch", "CloudWatch Logs"), ("firehose", "Data Firehose")];
/// The word for on.
const YES: &str = "yes";

/// What is wished for.
pub struct Wish {
    /// The request that follows from it.
    pub request: Request,
    /// Whether anything was asked, or the page was only opened.
    pub is_asked: bool,
    /// The flow log that is to be replaced.
    pub replaces: Option<String>,
    bucket: String,
    prefix: String,
    file: FileFormat,
    keys: Keys,
    log_group: String,
    role: String,
    stream: String,
    target: String,
}

impl Wish {
    /// By the details of a link.
    pub fn of(view: &View, cost: &Cost) -> Wish {
        let said =
            |name: &str| view.details.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let text = |name: &str, usual: &str| said(name).unwrap_or(usual).to_owned();
        let known = cost.logs.first();
        let place = known.and_then(|log| log.source.strip_prefix("s3://")).unwrap_or_default();
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let purpose = Purpose::ALL.into_iter().find(|one| said("purpose") == Some(purpose_word(*one)));
        let resource = ResourceKind::ALL.into_iter().find(|one| said("resource") == Some(one.api()));
        let resource = resource.unwrap_or(ResourceKind::Vpc);
        let first_vpc = cost.vpcs.iter().map(|vpc| vpc.name.as_str()).find(|name| name.starts_with("vpc-"));
        let usual_id = if resource == ResourceKind::Vpc { first_vpc.unwrap_or_default() } else { "" };
        let traffic = said("traffic").and_then(|word| word.parse().ok()).unwrap_or(Traffic::All);
        let interval = said("interval").and_then(|word| word.parse().ok());
        let usual_interval = if resource.is_gateway() { Interval::Minute } else { Interval::TenMinutes };
        let file = said("file").and_then(|word| word.parse().ok()).unwrap_or_default();
        let is_on = |name: &str| said(name) == Some(YES);
        let keys = Keys { hive: is_on("hive"), hourly: is_on("hourly") };
        let [bucket, prefix] = [text("bucket", bucket), text("prefix", prefix)];
        let prefix = prefix.trim_matches('/').to_owned();
        let [log_group, role, stream] = ["group", "role", "stream"].map(|name| text(name, ""));
        let target = text("target", "s3");
        let more = said("fields").unwrap_or_default().split([' ', ',']);
        let request = Request {
            purpose: purpose.unwrap_or(Purpose::Everything),
            resource,
            resource_id: text("resource-id", usual_id),
            account: text("account", known.map_or("", |log| &log.account)),
            region: text("region", known.map_or("us-east-1", |log| &log.region)),
            target: match target.as_str() {
                "cloudwatch" => Target::Cloudwatch { log_group: log_group.clone(), role_arn: role.clone() },
                "firehose" => Target::Firehose { stream: stream.clone() },
                _ => Target::S3 { bucket: bucket.clone(), prefix: prefix.clone(), format: file, keys },
            },
            traffic: if resource.is_gateway() { Traffic::All } else { traffic },
            interval: interval.unwrap_or(usual_interval),
            more_fields: more.filter(|field| !field.is_empty()).map(str::to_owned).collect(),
        };
        let is_asked = said("purpose").is_some();
        let replaces = said("replace").map(str::to_owned);
        Wish { request, is_asked, replaces, bucket, prefix, file, keys, log_group, role, stream, target }
    }

    /// The form, with what is wrong in it.
    pub fn form(&self, view: &View, fault: Option<&SetupError>) -> Form {
        let request = &self.request;
        let (place, why) = fault.map(|fault| (at(fault), fault.to_string())).unwrap_or_default();
        let field = |name: &str, label: &str, value: &str, hint: &str, kind: FormKind| FormField {
            name: name.to_owned(),
            label: label.to_owned(),
            value: value.to_owned(),
            hint: hint.to_owned(),
            fault: if name == place { why.clone() } else { String::new() },
            kind,
        };
        let line = |name: &str, label: &str, value: &str, hint: &str| {
            field(name, label, value, hint, FormKind::Line)
        };
        let one = |name: &str, label: &str, value: &str, hint: &str, choices: Vec<(String, String)>| {
            field(name, label, value, hint, FormKind::OneOf(choices))
        };
        let switch = |name: &str, label: &str, is_on: bool, hint: &str| {
            field(name, label, if is_on { YES } else { "" }, hint, FormKind::Switch)
        };
        let purposes = Purpose::ALL.map(|one| choice(purpose_word(one), one.label())).to_vec();
        let resources = ResourceKind::ALL.map(|one| choice(one.api(), resource_label(one))).to_vec();
        let targets = TARGETS.map(|(value, label)| choice(value, label)).to_vec();
        let files = vec![choice("plain-text", "Text, gzip"), choice("parquet", "Parquet")];
        let traffics = Traffic::ALL.iter().map(|one| choice(one.word(), one.api())).collect();
        let intervals = vec![choice("600", "600 s"), choice("60", "60 s")];
        let mut fields = vec![
            one("purpose", "What for", purpose_word(request.purpose), "", purposes),
            one("resource", "What is logged", request.resource.api(), "", resources),
            line("resource-id", "Its id", &request.resource_id, "vpc-…, subnet-…, eni-…, nat-…, tgw-…"),
            line("account", "Account", &request.account, "Twelve digits; it creates the flow log and pays."),
            line("region", "Region", &request.region, ""),
            one(
                "target",
                "Delivered to",
                &self.target,
                "Its own fields come with the button below.",
                targets,
            ),
        ];
        match self.target.as_str() {
            "cloudwatch" => fields.extend([
                line("group", "Log group", &self.log_group, ""),
                line("role", "Role that may write to it", &self.role, "arn:aws:iam::123456789012:role/NAME"),
            ]),
            "firehose" => fields.push(line("stream", "Stream", &self.stream, "")),
            _ => fields.extend([
                line("bucket", "Bucket", &self.bucket, ""),
                line("prefix", "Prefix", &self.prefix, "What stands before AWSLogs/; may be empty."),
                one("file", "Objects", self.file.word(), "Parquet grows below 100 KB per object.", files),
                switch("hourly", "A folder for each hour", self.keys.hourly, "Short questions list less."),
                switch("hive", "Hive-compatible folders", self.keys.hive, "Athena finds new days by itself."),
            ]),
        }
        fields.extend([
            one("traffic", "Traffic", request.traffic.word(), "", traffics),
            one(
                "interval",
                "Aggregation interval",
                request.interval.word(),
                "On Nitro 60 s whatever is chosen.",
                intervals,
            ),
            line("fields", "More fields", &request.more_fields.join(" "), "AWS's names with blanks between."),
        ]);
        let mut hidden = kept(view);
        hidden.extend(self.replaces.iter().map(|id| ("replace".to_owned(), id.clone())));
        let title = match &self.replaces {
            Some(id) => format!("Replace {id}"),
            None => "Set up a flow log".to_owned(),
        };
        Form {
            head: Head::new("wish", &title).about("Weir writes the commands and changes nothing itself"),
            action: Page::Setup.path().to_owned(),
            is_order: false,
            hidden,
            fields,
            button: "Show the format and the commands".to_owned(),
        }
    }
}

/// The field of the form that a fault is in.
fn at(fault: &SetupError) -> &'static str {
    match fault {
        SetupError::Form { what, .. } => match *what {
            "the resource's id" => "resource-id",
            "the account" => "account",
            "the region" => "region",
            "the bucket" => "bucket",
            "the prefix" => "prefix",
            "the log group" => "group",
            "the role" => "role",
            "the stream" => "stream",
            _ => "",
        },
        SetupError::NoAction => "purpose",
        SetupError::GatewayHasNoChoice => "interval",
        SetupError::UnknownField { .. } => "fields",
    }
}

/// The address at which a flow log is replaced by one with everything; `None` where it cannot be set up here.
pub fn replace(view: &View, log: &ImportedLog, cost: &Cost) -> Option<String> {
    let resource = log.resource()?;
    let known = cost.logs.iter().find(|known| known.flow_log == log.id).or(cost.logs.first());
    let mut view = View { details: Default::default(), ..view.clone() };
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            view.details.insert(name.to_owned(), value.to_owned());
        }
    };
    put("replace", &log.id);
    put("purpose", purpose_word(Purpose::Everything));
    put("resource", resource.api());
    put("resource-id", &log.resource_id);
    put("account", known.map_or("", |known| &known.account));
    put("region", known.map_or("", |known| &known.region));
    put("traffic", log.traffic.map_or("", Traffic::word));
    put("interval", log.interval.map_or("", Interval::word));
    match log.destination {
        Some(pricing::Destination::S3) => {
            let arn = log.destination_name.split(":::").nth(1).unwrap_or_default();
            let (bucket, prefix) = arn.split_once('/').unwrap_or((arn, ""));
            put("target", "s3");
            put("bucket", bucket);
            // Another prefix keeps the objects of the two apart.
            put("prefix", format!("{}/weir", prefix.trim_matches('/')).trim_start_matches('/'));
            put("file", log.format.word());
            put("hive", if log.keys.hive { YES } else { "" });
            put("hourly", if log.keys.hourly { YES } else { "" });
        }
        Some(pricing::Destination::Firehose) => {
            put("target", "firehose");
            put("stream", log.destination_name.rsplit('/').next().unwrap_or_default());
        }
        _ => {
            put("target", "cloudwatch");
            put("group", log.destination_name.rsplit("log-group:").next().unwrap_or_default());
        }
    }
    Some(format!("{}#replacement", Page::Setup.address(&view)))
}
