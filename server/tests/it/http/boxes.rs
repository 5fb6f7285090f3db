//! The boxes that answer while one types: the palette, the filter, the range of time; and what a link says of itself.

use crate::fake::{LINK, get, get_with};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

#[tokio::test]
async fn the_palette_finds_pages_and_what_was_pasted() {
    let found = get(&format!("/api/v1/find?q=10.0.3.7%3A5432&{LINK}")).await.json();
    let first = &found["found"][0];
    assert_eq!(first["title"], "10.0.3.7 : 5432 postgresql");
    assert!(first["href"].as_str().unwrap().contains("from=1795143600"), "the range stays: {first}");
    let html = get(&format!("/api/v1/find.html?q=%3Cb%3E+cover&{LINK}")).await;
    assert!(html.header("content-type").starts_with("text/html") && !html.text().contains("<b> "));
    assert!(get("/api/v1/find.html?q=cover").await.text().contains("data-to=\"/coverage?"));
    assert_eq!(get(&format!("/api/v1/find?q={}", "x".repeat(5_000))).await.status, 413);
}

#[tokio::test]
async fn a_filter_is_completed_with_values_and_how_much_there_is_of_each() {
    let ways = get(&format!("/api/v1/complete?filter=action+%3D+&{LINK}")).await.json();
    assert_eq!((ways["at"].as_u64(), ways["len"].as_u64()), (Some(9), Some(0)));
    let texts: Vec<&str> =
        ways["choices"].as_array().unwrap().iter().map(|way| way["text"].as_str().unwrap()).collect();
    assert!(texts.contains(&"REJECT"), "{texts:?}");
    let ways = get(&format!("/api/v1/complete?filter=dstport+%3D+4&{LINK}")).await.json();
    let first = &ways["choices"][0];
    assert_eq!((&first["text"], &first["about"]), (&"443".into(), &"443 https, 4 flows".into()), "{ways}");
    let ways = get(&format!("/api/v1/complete?filter=interface-id+LIKE+eni&{LINK}")).await.json();
    assert_eq!(ways["choices"][0]["text"], "eni%", "{ways}");
    let ways = get(&format!("/api/v1/complete?filter=tcp-flags+HAS+s&{LINK}")).await.json();
    assert_eq!(ways["choices"][0]["text"], "syn", "{ways}");
    let html = get("/api/v1/complete.html?filter=ac&at=2").await.text();
    assert!(html.contains("data-text=\"action \""), "{html}");
    assert_eq!(get("/api/v1/complete?filter=a&at=x").await.status, 400);
}

#[tokio::test]
async fn a_range_is_read_for_scripts_and_leads_a_form_to_its_page() {
    let range = get("/api/v1/when?text=last+90+minutes").await.json();
    assert_eq!(range, serde_json::json!({ "from": "now-90m", "to": "now" }));
    let page = "page=%2Fcoverage&filter=dstport%20%3D%2022";
    let led = get_with(&format!("/api/v1/when?text=2026-11-20+14%3A00+to+16%3A30&{page}"), &[BROWSER]).await;
    let address = "/coverage?v=1&from=1795183200&to=1795192200&filter=dstport%20%3D%2022";
    assert_eq!((led.status.as_u16(), led.header("location")), (303, address));
    let east = get("/api/v1/when?text=2026-11-20&offset=3600").await.json();
    assert_eq!(east["from"], "1795129200");
    let refused = get("/api/v1/when?text=last+tusday").await;
    assert_eq!((refused.status.as_u16(), refused.json()["at"].clone()), (400, serde_json::json!([5, 6])));
    let page = get_with("/api/v1/when?text=last+tusday", &[BROWSER]).await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("tusday") && page.text().contains("yesterday"));
    let foreign = get_with("/api/v1/when?text=yesterday&page=%2F%2Fevil.example", &[BROWSER]).await;
    assert!(foreign.header("location").starts_with("/?"), "{}", foreign.header("location"));
}

#[tokio::test]
async fn a_page_says_what_is_seen_on_it_where_its_link_is_pasted() {
    let page = get_with(&format!("/?{LINK}&filter=action%3DREJECT"), &[BROWSER]).await.text();
    let tag = |name: &str| {
        let (_, rest) = page.split_once(&format!("property=\"{name}\" content=\"")).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().replace("&amp;", "&")
    };
    assert_eq!(tag("og:title"), "Rejects by service port, 20 Nov 03:00 to 04:00 UTC");
    let picture = tag("og:image");
    let path = picture.strip_prefix("http://localhost:3000").unwrap();
    let png = get(path).await;
    let size = |at: usize| u32::from_be_bytes(png.body[at..at + 4].try_into().unwrap());
    assert_eq!((png.header("content-type"), size(16), size(20)), ("image/png", 1_200, 630));
    let behind = get_with("/coverage", &[BROWSER, ("x-forwarded-proto", "https")]).await.text();
    assert!(behind.contains("content=\"https://localhost:3000/coverage?"), "the address is whole");
}

#[tokio::test]
async fn parameters_that_are_not_known_are_shown() {
    let page = get_with(&format!("/?{LINK}&theme=night+sky"), &[BROWSER]).await.text();
    assert!(page.contains("theme=night sky") && page.contains("does not know"), "{page}");
    assert!(!get_with(&format!("/?{LINK}"), &[BROWSER]).await.text().contains("does not know"));
}
