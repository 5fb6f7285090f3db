//! Pages, server functions, files.

use crate::fake::{LINK, get, get_with};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

#[tokio::test]
async fn the_overview_is_readable_without_a_script_and_allows_only_its_own() {
    let page = get_with(&format!("/?{LINK}"), &[BROWSER]).await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(html.contains("10.0.0.1"), "the talkers' table is in the page");
    assert!(html.contains("/api/v1/timeline.svg?"), "the timeline is in the page as an image");
    let policy = page.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(html.contains(&format!("nonce=\"{nonce}\"")), "{policy}");
    for script in html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains("nonce=") || tag.contains("src=") || tag.contains("application/json"), "{tag}");
    }
    let again = get_with(&format!("/?{LINK}"), &[BROWSER]).await;
    assert_ne!(again.header("content-security-policy"), policy, "a nonce is used once");
}

#[tokio::test]
async fn the_coverage_page_is_readable_without_a_script_and_leads_back_with_the_same_question() {
    let page = get_with(&format!("/coverage?{LINK}&filter=action%3DREJECT"), &[BROWSER]).await;
    assert_eq!(page.status, 200);
    let html = page.text();
    for words in
        ["every line is accounted for", "nothing delivered", "Too few values.", "b.log.gz", "role=\"grid\""]
    {
        assert!(html.contains(words), "{words} is in the page");
    }
    let back = html.split("href=\"/?").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(back.contains("from=1795143600") && back.contains("filter="), "{back}");
    assert!(page.header("content-security-policy").contains("script-src"));
}

#[tokio::test]
async fn an_unknown_page_says_so_in_html_to_browsers_and_in_json_to_programs() {
    let page = get_with("/no/such/page", &[BROWSER]).await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("script-src"));
    for path in ["/no/such/page", "/nopage"] {
        assert_eq!(get(path).await.json()["kind"], "not-found");
        assert_eq!(get_with(path, &[BROWSER]).await.status, 404);
    }
}

#[tokio::test]
async fn files_of_the_site_are_served_with_type_and_tag() {
    let file = get("/pkg/weir.css").await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "text/css; charset=utf-8"));
    let again = get_with("/pkg/weir.css", &[("if-none-match", file.header("etag"))]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(get("/pkg/../Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn a_server_function_answers_and_refuses_like_the_api() {
    let link = "v%3D1%26from%3D1795143600%26to%3D1795147200";
    assert_eq!(get(&format!("/api/ask/summary?link={link}")).await.status, 200);
    let refused = get(&format!("/api/ask/summary?link={link}%26filter%3D((")).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_document_is_in_the_page_and_its_tables_are_files_with_the_same_numbers() {
    let page = get_with(&format!("/conversations?{LINK}"), &[BROWSER]).await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(
        html.contains("10.0.0.1") && html.contains("/api/v1/report/conversations/talkers.csv?"),
        "{html}"
    );
    let json = get(&format!("/api/v1/report/conversations?{LINK}")).await.json();
    let rows = &json["blocks"][0]["table"]["rows"];
    let file = get(&format!("/api/v1/report/conversations/talkers.csv?{LINK}")).await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.text().lines().count(), 1 + rows.as_array().unwrap().len());
    let client = rows[0]["cells"][0]["text"].as_str().unwrap();
    assert!(file.text().lines().nth(1).unwrap().starts_with(client));
    for missing in
        ["/api/v1/report/nowhere", "/api/v1/report/conversations/none.csv", "/api/v1/report/coverage"]
    {
        assert_eq!(get(missing).await.status, 404, "{missing}");
    }
    let asked = get("/api/ask/report?page=conversations&link=v%3D1%26source%3Ddenied").await;
    assert_eq!(asked.status, 403);
}
