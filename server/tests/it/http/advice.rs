//! `/api/v1/{advice,blocked,groups,rules,replay}`, the suggestions as text, and what people say of them.

use crate::fake::{LINK, Seen, get, send, with_adviser};
use crate::talks::{CLIENT, adviser};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use server::http::Limits;

async fn router() -> Router {
    with_adviser(adviser().await, Limits::default()).0
}

async fn ask(router: &Router, path: &str) -> Seen {
    let request = Request::get(path).header("host", "localhost:3000").body(Body::empty()).unwrap();
    send(router.clone(), request).await
}

#[tokio::test]
async fn a_refused_client_is_told_of_with_its_cure() {
    let router = router().await;
    let advice = ask(&router, &format!("/api/v1/advice?{LINK}")).await.json();
    let card = &advice["blocked"][0];
    assert_eq!((card["verdict"].as_str(), card["flows"].as_u64()), (Some("sg-ingress"), Some(30)), "{card}");
    assert_eq!(card["id"], "eni-db:ingress:6:5432:sg-ingress");
    assert_eq!(card["nearest_rule"]["differs"], serde_json::json!(["address"]));
    assert_eq!(advice["suggestions"][0]["action"], "open", "{advice}");
    assert_eq!(advice["rule_usage"].as_array().unwrap().len(), 2);
    let terraform = ask(&router, &format!("/api/v1/advice.tf?{LINK}")).await;
    assert!(terraform.text().contains("aws_vpc_security_group_ingress_rule"), "{}", terraform.text());
    assert!(ask(&router, &format!("/api/v1/advice.sh?{LINK}")).await.text().contains("# revert: aws ec2"));
    let template = ask(&router, &format!("/api/v1/advice.cfn.json?{LINK}")).await;
    assert_eq!(template.json()["AWSTemplateFormatVersion"], "2010-09-09");
    let one = ask(&router, &format!("/api/v1/advice.tf?{LINK}&suggestion=open-none")).await;
    assert_eq!((one.status.as_u16(), one.json()["kind"].as_str()), (404, Some("not-found")));
}

#[tokio::test]
async fn tables_come_as_json_and_as_csv() {
    let router = router().await;
    let groups = ask(&router, &format!("/api/v1/groups?{LINK}")).await.json();
    let group = &groups["groups"][0];
    assert_eq!((group["used"].as_u64(), group["unused"].as_u64()), (Some(1), Some(1)), "{group}");
    let rules = ask(&router, &format!("/api/v1/rules?{LINK}&id=sg-db")).await.json();
    assert_eq!(rules["rules"].as_array().unwrap().len(), 2);
    assert!(ask(&router, &format!("/api/v1/rules?{LINK}&id=sg-else")).await.json()["rules"][0].is_null());
    for name in ["blocked", "groups", "rules"] {
        let table = ask(&router, &format!("/api/v1/{name}.csv?{LINK}")).await;
        assert!(table.header("content-type").starts_with("text/csv"), "{name}");
        assert!(table.text().lines().count() >= 2, "{name}: {}", table.text());
    }
}

#[tokio::test]
async fn a_filter_picks_what_is_shown_and_not_what_is_known() {
    let router = router().await;
    let told = |filter: String| {
        let router = router.clone();
        async move {
            ask(&router, &format!("/api/v1/blocked?{LINK}&filter={filter}")).await.json()["blocked"].clone()
        }
    };
    let mine = told(format!("client%20%3D%20{CLIENT}%20AND%20action%20%3D%20REJECT")).await;
    assert_eq!(mine[0]["verdict"], "sg-ingress", "the accepted neighbour is still known: {mine}");
    assert!(told("client%20%3D%2010.9.9.9".to_owned()).await[0].is_null());
}

#[tokio::test]
async fn an_edit_is_replayed_or_refused_by_the_place_of_its_fault() {
    let router = router().await;
    let edit = |text: &str| {
        format!(
            "/api/v1/replay?{LINK}&edits={}",
            text.replace(' ', "+").replace('#', "%23").replace('\n', "%0A")
        )
    };
    let open = ask(&router, &edit("add sg-db ingress tcp 5432 from 10.0.1.0/24")).await.json();
    assert_eq!((open["allowed"].as_u64(), open["dropped"].as_u64()), (Some(30), Some(0)), "{open}");
    assert_eq!(open["changes"][0]["client"], CLIENT);
    assert_eq!(open["exposure"]["added"], 256.0);
    let shut = ask(&router, &edit("remove sg-db ingress tcp 5432 from 10.0.1.11/32")).await.json();
    assert_eq!((shut["allowed"].as_u64(), shut["dropped"].as_u64()), (Some(0), Some(5)), "{shut}");
    let wrong = ask(&router, &edit("# two\nadd sg-db ingres tcp 1 from ::/0")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.json()["message"].as_str().unwrap().contains("line 2, column 11"), "{}", wrong.text());
    assert_eq!(ask(&router, &format!("/api/v1/replay?{LINK}")).await.status, 400);
}

#[tokio::test]
async fn without_an_inventory_verdicts_come_and_edits_do_not() {
    let blocked = get(&format!("/api/v1/blocked?{LINK}")).await.json();
    assert_eq!(blocked["blocked"][0]["flows"], 30, "{blocked}");
    assert!(get(&format!("/api/v1/groups?{LINK}")).await.json()["groups"][0].is_null());
    let refused = get(&format!("/api/v1/replay?{LINK}&edits=add+sg-1+ingress+all+from+::/0")).await;
    assert_eq!((refused.status.as_u16(), refused.json()["kind"].as_str()), (422, Some("unanswerable")));
    assert_eq!(get(&format!("/api/v1/advice?{LINK}&tightness=2")).await.status, 400);
}

async fn say(router: &Router, body: &str, headers: &[(&str, &str)]) -> Seen {
    let mut request = Request::post("/decisions")
        .header("host", "localhost:3000")
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(router.clone(), request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn what_people_say_of_a_suggestion_is_kept_and_can_be_taken_back() {
    let adviser = adviser().await;
    let router = with_adviser(std::sync::Arc::clone(&adviser), Limits::default()).0;
    let advice = ask(&router, &format!("/api/v1/advice?{LINK}")).await.json();
    let id = advice["suggestions"][0]["bundle"].as_str().unwrap().to_owned();
    let state = || adviser.decisions().of(&id).unwrap().state(0).name();
    let body = |say: &str| {
        let id = id.replace('/', "%2F");
        format!("suggestion={id}&say={say}&reason=a+test&owner=me&back=%2Fgroups%3Fid%3Dsg-db")
    };
    let done = say(&router, &body("dismissed"), &[("origin", "http://localhost:3000")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/groups?id=sg-db"), "{}", done.text());
    assert_eq!(state(), "dismissed");
    say(&router, &body("undo"), &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(state(), "open");
    for foreign in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        assert_eq!(say(&router, &body("dismissed"), &[foreign]).await.status, 403, "{foreign:?}");
    }
    assert_eq!(say(&router, "suggestion=none&say=open", &[]).await.status, 404);
    assert_eq!(state(), "open");
}

async fn page(router: &Router, path: &str) -> String {
    let request = Request::get(path).header("host", "localhost:3000").header("accept", "text/html");
    let seen = send(router.clone(), request.body(Body::empty()).unwrap()).await;
    assert_eq!(seen.status, 200, "{path}: {}", seen.text());
    seen.text()
}

#[tokio::test]
async fn the_pages_lead_from_what_is_blocked_to_its_cure_and_to_the_replay_of_it() {
    let router = router().await;
    let list = page(&router, &format!("/blocked?{LINK}")).await;
    assert!(
        list.contains("No inbound rule") && list.contains("id=eni-db:ingress:6:5432:sg-ingress"),
        "{list}"
    );
    let card = page(&router, &format!("/blocked?{LINK}&id=eni-db:ingress:6:5432:sg-ingress")).await;
    for words in
        ["Why blocked", "differs in the address", "aws_vpc_security_group_ingress_rule", "/decisions"]
    {
        assert!(card.contains(words), "{words}: {card}");
    }
    let commands =
        page(&router, &format!("/blocked?{LINK}&id=eni-db:ingress:6:5432:sg-ingress&as=cli")).await;
    assert!(commands.contains("# revert: aws ec2 revoke-security-group-ingress"), "{commands}");
    let groups = page(&router, &format!("/groups?{LINK}")).await;
    assert!(groups.contains("id=sg-db") && groups.contains("1 of 2 rules were not used"), "{groups}");
    let group = page(&router, &format!("/groups?{LINK}&id=sg-db")).await;
    assert!(group.contains("10.9.0.0/16") && group.contains("unused"), "{group}");
    let replay =
        page(&router, &format!("/replay?{LINK}&edits=add+sg-db+ingress+tcp+5432+from+10.0.1.0/24")).await;
    assert!(replay.contains("Newly let through") && replay.contains(CLIENT), "{replay}");
    let wrong = page(&router, &format!("/replay?{LINK}&edits=add+sg-db+sideways")).await;
    assert!(wrong.contains("line 1, column 11"), "{wrong}");
}

#[tokio::test]
async fn without_an_inventory_the_pages_say_what_is_missing() {
    let (router, _) = crate::fake::with_limits(Limits::default());
    for path in ["/blocked", "/groups", "/replay"] {
        assert!(page(&router, &format!("{path}?{LINK}")).await.contains("--inventory DIR"), "{path}");
    }
}
