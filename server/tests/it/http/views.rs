//! Saved views: forms, programs, short links, the home, and who may change anything.

use crate::fake::{Seen, send, with_limits, with_views};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use server::http::Limits;
use server::views::Views;
use tempfile::TempDir;

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");

struct Desk {
    router: Router,
    _folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let (router, _) = with_views(Limits::default(), Views::open(folder.path()));
        Desk { router, _folder: folder }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Seen {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(self.router.clone(), request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn get(&self, path: &str) -> Seen {
        self.ask("GET", path, &[BROWSER], "").await
    }

    /// Sends a form as the page does.
    async fn form(&self, path: &str, body: &str) -> Seen {
        let form = ("content-type", "application/x-www-form-urlencoded");
        self.ask("POST", path, &[BROWSER, OWN, form], body).await
    }

    async fn names(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await.json();
        list["views"]
            .as_array()
            .unwrap()
            .iter()
            .map(|view| view["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_form_saves_a_view_and_its_short_link_leads_there() {
    let desk = Desk::new();
    let body = "name=SSH+from+outside&owner=Net&tags=ssh%2C+prod&page=%2F&link=from%3Dnow-3h%26filter%3Ddstport%2520%253D%252022";
    let saved = desk.form("/api/v1/views", body).await;
    assert_eq!(
        (saved.status.as_u16(), saved.header("location")),
        (303, "/views?act=saved&id=ssh-from-outside")
    );
    let led = desk.get("/v/ssh-from-outside").await;
    let address = "/?v=1&from=now-3h&to=now&filter=dstport%20%3D%2022";
    assert_eq!((led.status.as_u16(), led.header("location")), (303, address));
    let moved = desk.get("/v/ssh-from-outside?from=now-1h").await;
    assert!(moved.header("location").contains("from=now-1h"), "{}", moved.header("location"));
    assert_eq!(desk.names("/api/v1/views?q=PROD+ssh").await, ["SSH from outside"]);
    assert_eq!(desk.names("/api/v1/views?q=staging").await, Vec::<String>::new());
    let page = desk.get("/views?act=saved&id=ssh-from-outside").await.text();
    assert!(page.contains("/v/ssh-from-outside") && page.contains("is saved"), "{page}");
}

#[tokio::test]
async fn a_view_of_this_moment_keeps_its_times() {
    let desk = Desk::new();
    desk.form("/api/v1/views", "name=Then&times=moment&link=from%3Dnow-3h").await;
    let link = desk.get("/v/then").await.header("location").to_owned();
    assert!(!link.contains("now") && link.starts_with("/?v=1&from="), "{link}");
}

#[tokio::test]
async fn a_view_is_edited_deleted_and_brought_back() {
    let desk = Desk::new();
    desk.form("/api/v1/views", "name=First&link=from%3Dnow-3h").await;
    let edited = desk.form("/api/v1/views/first", "do=edit&edition=1&name=Second&owner=Net").await;
    assert_eq!(edited.status, 303);
    let late = desk.form("/api/v1/views/first", "do=edit&edition=1&name=Third").await;
    assert_eq!(late.status, 400);
    assert!(
        late.text().contains("changed by somebody else")
            && late.header("content-type").starts_with("text/html")
    );
    assert_eq!(
        desk.form("/api/v1/views/first", "do=delete").await.header("location"),
        "/views?act=deleted&id=first"
    );
    assert_eq!(desk.get("/v/first").await.header("location"), "/views?act=deleted&id=first");
    assert_eq!(desk.names("/api/v1/views").await, Vec::<String>::new());
    assert_eq!(desk.names("/api/v1/views?deleted=1").await, ["Second"]);
    desk.form("/api/v1/views/first", "do=restore&edition=1").await;
    let told = desk.get("/api/v1/views/first").await.json();
    assert_eq!((told["name"].as_str(), told["edition"].as_u64()), (Some("First"), Some(4)));
    let history = told["history"].as_array().unwrap();
    assert_eq!(history.iter().map(|e| e["number"].as_u64().unwrap()).collect::<Vec<_>>(), [4, 3, 2, 1]);
}

#[tokio::test]
async fn programs_speak_json_and_need_no_browser() {
    let desk = Desk::new();
    let json = ("content-type", "application/json");
    let body = r#"{"name":"By a program","link":"from=now-1h","page":"/coverage","tags":"a,b"}"#;
    let made = desk.ask("POST", "/api/v1/views", &[json], body).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["address"], "/coverage?v=1&from=now-1h&to=now");
    assert_eq!(made.json()["tags"], serde_json::json!(["a", "b"]));
    let gone = desk.ask("DELETE", "/api/v1/views/by-a-program", &[], "").await;
    assert_eq!((gone.status.as_u16(), gone.json()["deleted"].as_bool()), (200, Some(true)));
    for (body, words) in [
        ("{\"name\":\"\"}", "needs a name"),
        ("{\"name\":\"x\",\"link\":\"filter=(\"}", "filter"),
        ("{\"name\":\"x\",\"page\":\"//evil.example\"}", "not a path of this server"),
        ("{", "cannot be read"),
        ("{\"do\":\"burn\"}", "cannot be read"),
    ] {
        let refused = desk.ask("POST", "/api/v1/views", &[json], body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.json()["message"].as_str().unwrap().contains(words), "{}", refused.text());
    }
    assert_eq!(desk.ask("GET", "/api/v1/views/none", &[], "").await.status, 404);
}

#[tokio::test]
async fn the_page_of_another_site_can_change_nothing() {
    let desk = Desk::new();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:4000"),
        ("origin", "null"),
    ] {
        let refused = desk.ask("POST", "/api/v1/views", &[form, foreign], "name=x").await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["kind"].as_str()),
            (403, Some("denied")),
            "{foreign:?}"
        );
        assert_eq!(desk.ask("DELETE", "/api/v1/views/x", &[foreign], "").await.status, 403);
        assert_ne!(
            desk.ask("GET", "/api/v1/views", &[foreign], "").await.status,
            403,
            "reading changes nothing"
        );
    }
    assert_eq!(desk.names("/api/v1/views").await, Vec::<String>::new());
    let own = ("origin", "http://localhost:3000");
    assert_eq!(desk.ask("POST", "/api/v1/views", &[form, own], "name=x").await.status, 201);
}

#[tokio::test]
async fn the_bare_address_leads_to_the_home_and_only_it() {
    let desk = Desk::new();
    assert_eq!(desk.get("/").await.status, 200);
    desk.form("/api/v1/views", "name=Start&page=%2Fcoverage&link=from%3Dnow-7d").await;
    desk.form("/api/v1/views/start", "do=pin").await;
    let home = desk.get("/").await;
    assert_eq!((home.status.as_u16(), home.header("location")), (303, "/coverage?v=1&from=now-7d&to=now"));
    assert_eq!(desk.get("/?v=1").await.status, 200);
    desk.form("/api/v1/views/start", "do=unpin").await;
    assert_eq!(desk.get("/").await.status, 200);
}

#[tokio::test]
async fn without_a_data_folder_the_refusal_says_why() {
    let (router, _) = with_limits(Limits::default());
    let request = Request::get("/api/v1/views").header("host", "localhost").body(Body::empty()).unwrap();
    let refused = send(router.clone(), request).await;
    assert_eq!(refused.status, 503);
    assert!(refused.json()["message"].as_str().unwrap().contains("no data folder"));
    let page = Request::get("/views").header("host", "localhost").header(BROWSER.0, BROWSER.1);
    let page = send(router, page.body(Body::empty()).unwrap()).await;
    assert!(page.text().contains("no data folder"));
}
