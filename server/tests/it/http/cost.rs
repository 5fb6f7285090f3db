//! Costs over HTTP: the API, its picture, the pages made of the same numbers, and the order to import.

use crate::fake::{get, get_with, send, with_limits};
use axum::body::Body;
use axum::http::Request;
use server::http::Limits;

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const DESCRIBED: &str = r#"{"FlowLogs": [{"FlowLogId": "fl-0123456789abcdef0", "ResourceId": "vpc-00112233445566778",
  "TrafficType": "ALL", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::acme/logs",
  "LogFormat": "${srcaddr} ${dstaddr}", "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}]}"#;

/// The cells of a column of CSV without quoted commas.
fn column(csv: &str, place: usize) -> Vec<String> {
    let cell = |line: &str| line.split(',').nth(place).unwrap_or_default().trim_matches('"').to_owned();
    csv.lines().skip(1).map(cell).collect()
}

#[tokio::test]
async fn page_csv_and_json_have_the_same_numbers() {
    let cost = get("/api/v1/cost").await.json();
    let total = cost["bill"]["total"].as_str().unwrap();
    let report = get("/api/v1/report/cost").await.json();
    let tables = report.to_string();
    assert!(tables.contains(&format!("\"exact\":\"{total}\"")), "{total} is on the page");
    let html = get_with("/cost", &[BROWSER]).await.text();
    assert!(html.contains(&format!("${total}")), "{total} is in the page");
    let bill = get("/api/v1/cost.csv").await;
    assert!(bill.text().contains(&format!("Total,,,,{total},")), "{}", bill.text());
    let file = get("/api/v1/report/cost/bill.csv").await.text();
    assert_eq!(file.lines().last().unwrap(), format!("Total,,,{total}"));
    let interfaces = get("/api/v1/report/cost/interfaces.csv").await.text();
    let listed: Vec<&str> =
        cost["interfaces"].as_array().unwrap().iter().map(|one| one["month_usd"].as_str().unwrap()).collect();
    assert_eq!(column(&interfaces, 6), listed);
    let choices: Vec<String> = ["delivery", "fields-out", "fields-in", "keeping"]
        .into_iter()
        .map(|name| format!("/api/v1/report/cost/what-if-{name}.csv"))
        .collect();
    let mut files = String::new();
    for choice in choices {
        files.push_str(&get(&choice).await.text());
    }
    for choice in cost["what_if"]["choices"].as_array().unwrap() {
        let (title, saves) = (choice["title"].as_str().unwrap(), choice["saves_usd"].as_str().unwrap());
        let line = files.lines().find(|line| line.trim_start_matches('"').starts_with(title));
        assert!(line.is_some_and(|line| line.contains(saves)), "{title}: {saves} in {line:?}");
    }
}

#[tokio::test]
async fn choices_are_links_that_add_up() {
    let cost = get("/api/v1/cost?choose=without-tcp-flags,format-parquet&kept=30").await.json();
    let chosen = cost["chosen"].as_array().unwrap();
    assert_eq!(chosen.len(), 2);
    let html = get_with("/cost?choose=without-tcp-flags&kept=30", &[BROWSER]).await.text();
    assert!(
        html.contains("What you chose") && html.contains("choose=without-tcp-flags,format-parquet"),
        "links add"
    );
    assert!(html.contains("name=\"choose\" value=\"without-tcp-flags\""), "the form keeps what was chosen");
    let picture = get("/api/v1/cost.svg?choose=without-tcp-flags&width=600&height=200&theme=dark").await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/svg+xml"));
    assert!(picture.text().contains("without tcp-flags") && picture.text().contains("As chosen"));
    assert_eq!(get("/api/v1/cost?kept=never").await.status, 400);
}

#[tokio::test]
async fn the_setup_page_writes_what_it_was_asked_for_and_marks_what_is_wrong() {
    let empty = get_with("/setup", &[BROWSER]).await.text();
    assert!(
        empty.contains("value=\"acme\"") && empty.contains("value=\"123456789012\""),
        "the form knows the logs"
    );
    let asked = "/setup?purpose=debug-rejects&resource=VPC&resource-id=vpc-00112233445566778&account=123456789012\
                 &region=us-east-1&target=s3&bucket=acme&prefix=logs&traffic=all&interval=600";
    let made = get_with(asked, &[BROWSER]).await.text();
    for words in [
        "aws ec2 create-flow-logs",
        "aws_flow_log",
        "AWS::EC2::FlowLog",
        "may overwrite its policy",
        "s3:ListBucket",
    ] {
        assert!(made.contains(words), "{words}");
    }
    let wrong = get_with(&asked.replace("vpc-0011", "vpc-xyz"), &[BROWSER]).await.text();
    assert!(wrong.contains("aria-invalid=\"true\"") && wrong.contains("hexadecimal"));
    assert!(!wrong.contains("aws ec2 create-flow-logs"));
}

async fn post(kind: &str, site: Option<&str>, body: String) -> crate::fake::Seen {
    let mut request =
        Request::post("/api/v1/flow-logs").header("host", "localhost:3000").header("content-type", kind);
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    send(with_limits(Limits::default()).0, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn an_import_is_taken_from_this_site_and_from_programs_alone() {
    let told = post("application/json", None, DESCRIBED.to_owned()).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.json()[0]["delivery"]["error"], "Access error");
    let form = format!("described={}", DESCRIBED.replace('{', "%7B").replace('&', "%26").replace('+', "%2B"));
    let back = post("application/x-www-form-urlencoded", Some("same-origin"), form.clone()).await;
    assert_eq!(
        (back.status.as_u16(), back.header("location").starts_with("/setup")),
        (303, true),
        "{}",
        back.text()
    );
    assert_eq!(post("application/x-www-form-urlencoded", Some("cross-site"), form).await.status, 403);
    assert_eq!(post("application/json", None, "{}".to_owned()).await.status, 400);
    // Longer than a question may be.
    let long = DESCRIBED.replace("Access error", &"x".repeat(200_000));
    assert_eq!(post("application/json", None, long).await.status, 200);
}

#[tokio::test]
async fn the_self_test_stops_at_the_first_red_step() {
    let html = get_with("/self-test", &[BROWSER]).await.text();
    assert!(html.contains("1 of 2 sources fail the test"));
    assert_eq!(html.matches("not reached").count(), 5);
}
