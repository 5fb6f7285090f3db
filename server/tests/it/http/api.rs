//! `/api/v1/{summary,timeline,matrix,top,coverage,objects,set-aside,progress}`.

use crate::fake::{LINK, get, get_with};

#[tokio::test]
async fn every_question_answers_in_json() {
    let summary = get(&format!("/api/v1/summary?{LINK}")).await;
    assert_eq!((summary.status.as_u16(), summary.header("content-type")), (200, "application/json"));
    assert_eq!(summary.json()["bytes"], 1_000);
    assert_eq!(summary.header("cache-control"), "no-store");
    let timeline = get(&format!("/api/v1/timeline?{LINK}&points=60&measure=flows")).await.json();
    assert_eq!((timeline["grid"]["step"].as_i64(), timeline["grid"]["count"].as_u64()), (Some(60), Some(60)));
    assert_eq!(timeline["measure"], "flows");
    assert_eq!(get(&format!("/api/v1/matrix?{LINK}")).await.json()["rows"][0]["label"], "22 ssh");
    assert_eq!(get(&format!("/api/v1/top?{LINK}")).await.json()["rows"][0]["service_port"], 443);
    assert_eq!(get("/api/v1/progress").await.json()["generation"], 3);
}

#[tokio::test]
async fn coverage_is_told_in_json_and_what_was_set_aside_line_by_line() {
    let coverage = get(&format!("/api/v1/coverage?{LINK}")).await.json();
    assert_eq!(coverage["rows"][0]["slots"], serde_json::json!(["covered", "gap"]));
    assert_eq!(coverage["delivered"]["lines"]["all"], 10);
    assert_eq!(get(&format!("/api/v1/objects?{LINK}")).await.json()["rows"][0]["key"], "a/b.log.gz");
    let download = get(&format!("/api/v1/set-aside.ndjson?{LINK}")).await;
    assert_eq!((download.status.as_u16(), download.header("content-type")), (200, "application/x-ndjson"));
    assert!(download.header("content-disposition").contains("weir-set-aside.ndjson"));
    let lines: Vec<serde_json::Value> =
        download.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["line"], &lines[1]["line"]), (2, &serde_json::Value::Null, &4.into()));
    assert_eq!(get("/api/v1/set-aside.ndjson?source=denied").await.status, 403);
}

#[tokio::test]
async fn without_a_link_the_last_day_is_meant() {
    let answer = get("/api/v1/timeline").await.json();
    assert_eq!(answer["span"]["to"].as_i64().unwrap() - answer["span"]["from"].as_i64().unwrap(), 86_400);
}

#[tokio::test]
async fn csv_comes_by_suffix_and_by_the_accept_header() {
    let by_suffix = get(&format!("/api/v1/timeline.csv?{LINK}&points=2")).await;
    let by_header = get_with(&format!("/api/v1/timeline?{LINK}&points=2"), &[("accept", "text/csv")]).await;
    assert!(by_suffix.header("content-type").starts_with("text/csv"));
    assert_eq!(by_suffix.body, by_header.body);
    let text = by_suffix.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "time,action,label,bytes",
            "2026-11-20T03:00:00Z,ACCEPT,ACCEPT,10",
            "2026-11-20T03:00:00Z,REJECT,REJECT,2"
        ]
    );
    assert_eq!(lines.len(), 1 + 2 * 2);
    for name in [
        "summary",
        "matrix",
        "top",
        "conversations",
        "flows",
        "intent",
        "values",
        "coverage",
        "objects",
        "set-aside",
        "progress",
    ] {
        let answer = get(&format!("/api/v1/{name}.csv")).await;
        assert!(answer.status == 200 && answer.text().lines().count() > 1, "{name}");
    }
}

#[tokio::test]
async fn a_wrong_filter_is_refused_with_its_position() {
    let refused = get(&format!("/api/v1/timeline?{LINK}&filter=dstpot%20%3D%2022")).await;
    assert_eq!((refused.status.as_u16(), refused.header("content-type")), (400, "application/json"));
    let refusal = refused.json();
    assert_eq!(refusal["kind"], "bad-question");
    assert_eq!(refusal["at"], serde_json::json!([0, 6]));
    assert!(refusal["message"].as_str().unwrap().contains("dstpot"), "{refusal}");
}

#[tokio::test]
async fn a_reversed_range_is_refused() {
    let refused = get("/api/v1/summary?from=1795147200&to=1795143600").await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_the_port_refuses_travels_with_its_status_and_cure() {
    let refused = get("/api/v1/summary?source=denied").await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["hint"], "Allow s3:ListBucket.");
}

#[tokio::test]
async fn an_unknown_path_of_the_api_is_a_refusal_in_json() {
    for path in ["/api/v1/nothing", "/api/v1/timeline.pdf", "/api/nothing"] {
        let missing = get_with(path, &[("accept", "text/html")]).await;
        assert_eq!(
            (missing.status.as_u16(), missing.header("content-type")),
            (404, "application/json"),
            "{path}"
        );
        assert_eq!(missing.json()["kind"], "not-found");
    }
}
