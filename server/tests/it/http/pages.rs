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
    let rows = &json["blocks"][1]["table"]["rows"];
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
    let asked = get("/api/ask/report?page=conversations&offset_secs=0&link=v%3D1%26source%3Ddenied").await;
    assert_eq!(asked.status, 403);
}

#[tokio::test]
async fn the_pages_of_exploring_show_their_answers_and_lead_to_only_this_and_not_this() {
    for (path, words) in [
        ("conversations", ["10.0.0.1", "one-way=yes", "client%20%21%3D%2010.0.0.1"]),
        ("flows", ["srcaddr", "record=1795143600.0", "srcaddr%20%21%3D%2010.0.0.1"]),
        ("rejects", ["from inside", "/api/v1/matrix.svg?", "5432/tcp"]),
        ("rejects", ["Most from", "Hours of the week", "rejects/week.csv"]),
        ("conversations", ["Who talks to what", "10.0.0.0/24:443", "conversations/groups.csv"]),
        ("interface", ["10.0.0.1", "Interfaces", "interface/list.csv"]),
        ("interface?id=eni-1", ["What reaches it", "interface/reached.csv", "eni-1"]),
    ] {
        let joint = if path.contains('?') { '&' } else { '?' };
        let page = get_with(&format!("/{path}{joint}{LINK}"), &[BROWSER]).await;
        assert_eq!(page.status, 200, "{path}");
        let html = page.text();
        for word in words {
            assert!(html.contains(word), "{word} is not on {path}: {html}");
        }
    }
}

#[tokio::test]
async fn documents_say_times_in_the_zone_of_who_asks_and_name_it() {
    let link = "v%3D1%26from%3D1795143600%26to%3D1795147200%26zone%3Dlocal";
    let said = |offset_secs: i64| async move {
        let seen = get(&format!("/api/ask/report?page=rejects&link={link}&offset_secs={offset_secs}")).await;
        // Around the text stand a few bytes that are none.
        String::from_utf8_lossy(&seen.body).into_owned()
    };
    let utc = said(0).await;
    assert!(utc.contains("20\u{a0}Nov\u{a0}2026\u{a0}03:00") && utc.contains("<small>UTC</small>"), "{utc}");
    let east = said(7_200).await;
    assert!(
        east.contains("20\u{a0}Nov\u{a0}2026\u{a0}05:00") && east.contains("<small>UTC+2</small>"),
        "{east}"
    );
    assert!(east.contains("utc-offset=7200"), "pictures are drawn in the zone too");
    let file = get(&format!("/api/v1/report/rejects/intent.csv?{LINK}&utc-offset=7200")).await.text();
    assert!(file.contains("First seen,") && file.contains("2026-11-20T03:00:00Z"), "{file}");
    let picture = get(&format!("/api/v1/matrix.svg?{LINK}&utc-offset=7200")).await;
    assert!(picture.text().contains("UTC+2"), "{}", picture.text());
    assert_eq!(get(&format!("/api/v1/matrix.svg?{LINK}&utc-offset=900000")).await.status, 400);
}

#[tokio::test]
async fn a_record_is_opened_by_its_mark() {
    let page = get_with(&format!("/flows?{LINK}&record=1795143600.0"), &[BROWSER]).await;
    let html = page.text();
    assert!(html.contains("when the first packet") || html.contains("When the first packet"), "{html}");
    assert_eq!(get(&format!("/api/v1/report/flows?{LINK}&record=soon")).await.status, 400);
}

#[tokio::test]
async fn further_rows_of_the_records_come_drawn_with_their_places() {
    let link = "v%3D1%26from%3D1795143600%26to%3D1795147200";
    let rows = |more: &str| {
        let path = format!("/api/ask/rows?page=flows&link={link}{more}&limit=5&offset_secs=0");
        async move { get(&path).await }
    };
    let drawn = rows("&offset=0").await;
    let html = String::from_utf8_lossy(&drawn.body).into_owned();
    assert!(html.contains("<tr") && !html.contains("<table"), "rows alone: {html}");
    // The head is the first row.
    assert!(html.contains("aria-rowindex=\"2\"") && html.contains("10.0.0.1"), "{html}");
    assert_eq!(rows("%26source%3Ddenied&offset=0").await.status, 403);
    let page = get_with(&format!("/flows?{LINK}"), &[BROWSER]).await.text();
    assert!(page.contains("aria-rowcount=\"2\"") && page.contains("data-total=\"1\""), "{page}");
    assert!(
        page.contains("columns%3Dstart%2Csrcaddr%2Cdstport")
            || page.contains("columns=start,srcaddr,dstport"),
        "{page}"
    );
}
