//! Tokens and what they allow, without a port.

use super::AppState;
use super::testing::{Answer, send, state};
use crate::app::{Config, NewToken};

const P: &str = "https://w3id.org/weft/graph/partner";

struct Service {
    state: AppState,
    admin: String,
    partner: String,
}

impl Service {
    fn new() -> Self {
        let state = state(Config {
            empty: true,
            ..Config::default()
        });
        let tokens = state.graph().tokens();
        let admin = tokens.create("root", &[], true).unwrap();
        let (_, partner) = tokens
            .make(&NewToken {
                name: "a".to_owned(),
                partner: Some("a".to_owned()),
                ..NewToken::default()
            })
            .unwrap();
        Self {
            state,
            admin,
            partner,
        }
    }

    async fn ask(&self, method: &str, target: &str, key: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("accept", "*/*"), ("content-type", "application/json")];
        if !key.is_empty() {
            headers.push(("authorization", &bearer));
        }
        send(&self.state, method, target, &headers, body.to_owned()).await
    }

    async fn turtle(&self, graph: &str, key: &str) -> u16 {
        let bearer = format!("Bearer {key}");
        let headers = [
            ("content-type", "text/turtle"),
            ("authorization", bearer.as_str()),
        ];
        let target = format!("/store?graph={graph}");
        let body = "<http://x> <http://y> <http://z> .";
        send(&self.state, "PUT", &target, &headers, body)
            .await
            .status
            .as_u16()
    }
}

#[tokio::test]
async fn an_administrator_makes_renews_and_revokes_tokens() {
    let service = Service::new();
    let made = service
        .ask(
            "POST",
            "/api/v1/tokens",
            &service.admin,
            r#"{"name": "b", "partner": "b", "read": ["partner/a"], "expires": "2999-06-30"}"#,
        )
        .await
        .expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let view = made.json();
    assert_eq!(view["graphs"][0], format!("{P}/b"));
    assert_eq!(view["read"][0], format!("{P}/a"));
    assert_eq!(view["expires"], "2999-06-30T23:59:59Z");
    let key = view["key"].as_str().unwrap().to_owned();
    assert_eq!(service.turtle(&format!("{P}/b/deep/er"), &key).await, 201);
    assert_eq!(service.turtle(&format!("{P}/a"), &key).await, 403);
    assert_eq!(service.turtle(&format!("{P}/bb"), &key).await, 403);

    let list = service
        .ask("GET", "/api/v1/tokens", &service.admin, "")
        .await;
    let list = list.expect(200);
    assert!(!list.text.contains("hash") && !list.text.contains(&key[5..]));
    assert_eq!(list.json()[2]["name"], "b");
    assert_eq!(list.json()[2]["state"], "valid");
    let csv = service
        .ask("GET", "/api/v1/tokens.csv", &service.admin, "")
        .await;
    assert!(csv.expect(200).text.starts_with("name,graphs,read,admin,"));

    let renewed = service
        .ask(
            "POST",
            "/api/v1/tokens/b/renew?expires=10d",
            &service.admin,
            "",
        )
        .await
        .expect(200);
    let new_key = renewed.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(service.turtle(&format!("{P}/b"), &key).await, 401);
    assert_eq!(service.turtle(&format!("{P}/b"), &new_key).await, 201);

    service
        .ask("DELETE", "/api/v1/tokens/b", &service.admin, "")
        .await
        .expect(204);
    assert_eq!(service.turtle(&format!("{P}/b"), &new_key).await, 401);
    service
        .ask("DELETE", "/api/v1/tokens/b", &service.admin, "")
        .await
        .expect(404);
}

#[tokio::test]
async fn whoever_sends_a_key_learns_what_it_allows() {
    let service = Service::new();
    let own = service
        .ask("GET", "/api/v1/tokens/self", &service.partner, "")
        .await
        .expect(200);
    assert_eq!(own.header("cache-control"), "no-store");
    let view = own.json();
    assert_eq!(view["name"], "a");
    assert_eq!(view["graphs"][0], format!("{P}/a"));
    assert_eq!(view["admin"], false);
    assert!(view["expires"].is_null());
    for (key, status) in [("", 401), ("weft_wrong", 401)] {
        service
            .ask("GET", "/api/v1/tokens/self", key, "")
            .await
            .expect(status);
    }
}

#[tokio::test]
async fn tokens_are_for_administrators_and_must_make_sense() {
    let service = Service::new();
    for (method, target) in [
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens/root/renew"),
        ("DELETE", "/api/v1/tokens/root"),
        ("DELETE", "/api/v1/tokens/self"),
    ] {
        let body = r#"{"name": "mine", "admin": true}"#;
        for (key, status) in [("", 401), ("weft_x", 401), (&service.partner[..], 403)] {
            let answer = service.ask(method, target, key, body).await;
            assert_eq!(answer.status, status, "{method} {target} {answer:?}");
        }
    }
    for (body, part) in [
        ("{}", "name"),
        (r#"{"name": "n"}"#, "--graph"),
        (r#"{"name": "n", "graphs": ["no iri"]}"#, "no iri"),
        (r#"{"name": "n", "partner": "../a"}"#, "partner"),
        (
            r#"{"name": "n", "admin": true, "expires": "2001-01-01"}"#,
            "2001-01-01",
        ),
        (r#"{"name": "n", "admin": true, "rights": 1}"#, "rights"),
        ("[", "token"),
    ] {
        let answer = service
            .ask("POST", "/api/v1/tokens", &service.admin, body)
            .await
            .expect(400);
        assert!(answer.text.contains(part), "{body}: {}", answer.text);
    }
    let taken = r#"{"name": "a", "admin": true}"#;
    service
        .ask("POST", "/api/v1/tokens", &service.admin, taken)
        .await
        .expect(409);
}

#[tokio::test]
async fn two_keys_at_once_are_none() {
    let service = Service::new();
    let (a, b) = (
        format!("Bearer {}", service.partner),
        format!("Bearer {}", service.admin),
    );
    let headers = [
        ("authorization", a.as_str()),
        ("authorization", b.as_str()),
        ("content-type", "text/turtle"),
    ];
    for (method, target) in [
        ("PUT", format!("/store?graph={P}/a")),
        ("GET", "/api/v1/graphs".to_owned()),
        ("GET", "/api/v1/tokens".to_owned()),
        ("GET", "/api/v1/tokens/self".to_owned()),
    ] {
        send(&service.state, method, &target, &headers, "")
            .await
            .expect(400);
    }
}

#[tokio::test]
async fn below_a_private_graph_everything_is_private_from_its_first_moment() {
    let service = Service::new();
    let private = format!("/api/v1/graphs/private?graph={P}/a");
    service
        .ask("PUT", &private, &service.admin, "")
        .await
        .expect(204);
    let update = format!(
        "INSERT DATA {{ GRAPH <{P}/a/new> {{ <http://x/hidden> a <http://xmlns.com/foaf/0.1/Organization> }} \
         GRAPH <{P}/ab> {{ <http://x/open> a <http://xmlns.com/foaf/0.1/Organization> }} }}"
    );
    let bearer = format!("Bearer {}", service.admin);
    let headers = [
        ("content-type", "application/sparql-update"),
        ("authorization", bearer.as_str()),
    ];
    send(&service.state, "POST", "/sparql", &headers, update)
        .await
        .expect(204);
    let all = "/sparql?query=SELECT%20*%20%7B%20GRAPH%20%3Fg%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%7D";
    let seen = |key: String| {
        let service = &service;
        async move { service.ask("GET", all, &key, "").await.expect(200).text }
    };
    let (of_all, of_partner) = (
        seen(String::new()).await,
        seen(service.partner.clone()).await,
    );
    assert!(of_all.contains("http://x/open") && !of_all.contains("http://x/hidden"));
    assert!(of_partner.contains("http://x/hidden"));
    // The rules concluded something of the open one, and nothing of the other.
    let inferred = service
        .ask(
            "GET",
            "/store?graph=https://w3id.org/weft/graph/inferred",
            &service.admin,
            "",
        )
        .await
        .expect(200)
        .text;
    assert!(inferred.contains("http://x/open") && !inferred.contains("http://x/hidden"));
    // Below it nothing is public, and what all see cannot be hidden from above.
    for (method, graph, status) in [
        ("DELETE", format!("{P}/a/new"), 409),
        ("PUT", "https://w3id.org/weft/graph".to_owned(), 409),
        ("PUT", "https://w3id.org/weft/graph/metrics".to_owned(), 409),
    ] {
        let target = format!("/api/v1/graphs/private?graph={graph}");
        service
            .ask(method, &target, &service.admin, "")
            .await
            .expect(status);
    }
    let graphs = service.ask("GET", "/api/v1/graphs", "", "").await.text;
    assert!(!graphs.contains("partner/a/") && graphs.contains("partner/ab"));
}

#[tokio::test]
async fn a_right_to_read_covers_what_is_below() {
    let service = Service::new();
    let (_, key) = service
        .state
        .graph()
        .tokens()
        .make(&NewToken {
            name: "reader".to_owned(),
            read: vec!["partner/a/shown".to_owned()],
            ..NewToken::default()
        })
        .unwrap();
    for name in ["a", "a/shown", "a/shown/more", "a/shownot"] {
        assert_eq!(
            service
                .turtle(&format!("{P}/{name}"), &service.partner)
                .await,
            201
        );
    }
    let private = format!("/api/v1/graphs/private?graph={P}/a");
    service
        .ask("PUT", &private, &service.admin, "")
        .await
        .expect(204);
    for (name, status) in [
        ("a", 404),
        ("a/shown", 200),
        ("a/shown/more", 200),
        ("a/shownot", 404),
    ] {
        let target = format!("/store?graph={P}/{name}");
        let answer = service.ask("GET", &target, &key, "").await;
        assert_eq!(answer.status, status, "{name}");
        assert_eq!(service.turtle(&format!("{P}/{name}"), &key).await, 403);
    }
}
