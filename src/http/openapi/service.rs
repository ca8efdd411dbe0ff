//! Tokens, webhooks, health, reconciliation, pages, and the document itself.

use super::networks::listing;
use super::parts::{
    Group, Operation, get, object, one_of, operation, query, required, schema, text, whole,
};
use serde_json::{Map, Value, json};

/// Pages that have no parameters: address, id, what is on them.
const PAGES: [(&str, &str, &str); 12] = [
    ("/", "getOverview", "What is here"),
    (
        "/explore",
        "getExplorePage",
        "Search and facets over actors, services and innovations",
    ),
    ("/help", "getHelp", "What the figures mean"),
    (
        "/integration",
        "getIntegrationPage",
        "The board of integration",
    ),
    (
        "/ontology",
        "getOntologyPage",
        "Classes, properties, code lists, drawn",
    ),
    (
        "/partners",
        "getPartnersPage",
        "Sending data, and what became of it",
    ),
    ("/partners/links", "getLinksPage", "Links to decide about"),
    (
        "/queries",
        "getQueriesPage",
        "The questions that are ready to be asked",
    ),
    ("/scenarios", "getScenariosPage", "The saved scenarios"),
    ("/scenarios/add", "getScenarioForm", "One change more"),
    (
        "/scenarios/evaluate",
        "getScenarioPage",
        "What would be otherwise",
    ),
    ("/docs", "getDocs", "This document, to read and to try out"),
];

/// The schemas that these operations use.
pub(super) fn schemas() -> Map<String, Value> {
    let new_token = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,40}$"},
            "graphs": {"type": "array", "items": {"type": "string", "pattern": "^partner/[a-z][a-z0-9-]{0,40}$"}, "description": "Names of graphs that it may write, such as partner/x.", "examples": [["partner/x"]]},
            "read": {"type": "array", "items": {"type": "string", "pattern": "^partner/[a-z][a-z0-9-]{0,40}$"}, "description": "Private graphs that it may read."},
            "admin": {"type": "boolean"},
            "expires": {"type": ["string", "null"], "examples": ["90d"]},
        },
        "required": ["name"],
        "additionalProperties": false,
    });
    let webhook = "id:string url:string graphs:[string] token:string? created:string delivered:integer? lastDelivery:string? lastError:string? failingSince:string? attempts:integer off:string?";
    let problem = json!({
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What went wrong, and the remedy."},
            "line": {"type": "integer"},
            "column": {"type": "integer"},
            "hint": {"type": "string"},
            "dataVersion": {"type": "integer"},
        },
        "required": ["type", "title", "status", "detail"],
    });
    let all = [
        ("Problem", problem),
        (
            "Token",
            object(
                "name:string graphs:[string] read:[string] admin:boolean created:string expires:string? state:string",
            ),
        ),
        ("NewToken", new_token),
        (
            "TokenWithKey",
            object(
                "name:string graphs:[string] read:[string] admin:boolean created:string expires:string? state:string key:string",
            ),
        ),
        ("Webhook", object(webhook)),
        (
            "WebhookWithSecret",
            object(&format!("{webhook} secret:string")),
        ),
        (
            "NewWebhook",
            json!({
                "type": "object",
                "properties": {
                    "url": {"type": "string", "pattern": "^https://[a-z0-9-]{1,40}\\.org/[a-z0-9/-]*$", "examples": ["https://example.org/hook"]},
                    "graphs": {"type": "array", "items": {"type": "string"}},
                    "secret": {"type": ["string", "null"], "minLength": 16, "maxLength": 256},
                },
                "required": ["url"],
                "additionalProperties": false,
            }),
        ),
        (
            "Health",
            object("status:string dataVersion~:integer writes~:string detail~:string"),
        ),
        (
            "Suggestions",
            json!({"type": "object", "properties": {"result": {"type": "array"}}, "required": ["result"]}),
        ),
    ];
    Map::from_iter(all.map(|(name, schema)| (name.to_owned(), schema)))
}

/// The operations.
pub(super) fn operations() -> Vec<Operation> {
    let mut all = tokens();
    all.extend(reconciliation());
    all.extend(pages());
    all
}

fn tokens() -> Vec<Operation> {
    let group = Group::Service;
    let name = || json!({"type": "string", "pattern": "^[a-z][a-z0-9-]{0,40}$"});
    let mut all = vec![
        get(group, "/health/live", "getLiveness", "The process answers")
            .for_anybody()
            .answers(200, "It lives.", &[("application/json", schema("Health"))])
            .never(&[400, 503]),
        get(group, "/health/ready", "getReadiness", "The data is open")
            .for_anybody()
            .answers(
                200,
                "It is ready; `writes` says whether writing works.",
                &[("application/json", schema("Health"))],
            )
            .never(&[400]),
        get(
            group,
            "/api/v1/tokens",
            "listTokens",
            "The tokens, without their keys; for administrators",
        )
        .needs_token()
        .takes(listing(&["name", "admin", "created", "expires", "state"]))
        .answers(200, "The tokens.", &{
            let mut forms = super::queries::forms(&crate::http::rows::FORMATS);
            if let Some((_, shape)) = forms.first_mut() {
                *shape = json!({"type": "array", "items": schema("Token")});
            }
            forms
        })
        .with_headers(200, &["Weft-Total-Count", "Link"])
        .extensions(&crate::http::rows::FORMATS)
        .fails(&[406]),
        operation(
            group,
            "post",
            "/api/v1/tokens",
            "makeToken",
            "Makes a token; its key is in the answer, and nowhere else",
        )
        .body(true, &[("application/json", schema("NewToken"))])
        .answers(
            201,
            "The token.",
            &[("application/json", schema("TokenWithKey"))],
        )
        .fails(&[408, 409]),
        get(
            group,
            "/api/v1/tokens/self",
            "getOwnToken",
            "What the key that is sent allows",
        )
        .needs_token()
        .answers(200, "The token.", &[("application/json", schema("Token"))]),
        operation(
            group,
            "delete",
            "/api/v1/tokens/self",
            "revokeTokenSelf",
            "Revokes the token that is called `self`",
        )
        .answers(204, "Its key is worthless.", &[])
        .fails(&[404]),
        operation(
            group,
            "delete",
            "/api/v1/tokens/{name}",
            "revokeToken",
            "Revokes a token; for administrators",
        )
        .part("name", name(), "The name of a token.")
        .answers(204, "Its key is worthless.", &[]),
        operation(
            group,
            "post",
            "/api/v1/tokens/{name}/renew",
            "renewToken",
            "A new key for the same rights",
        )
        .part("name", name(), "The name of a token.")
        .takes([query(
            "expires",
            json!({"type": "string", "pattern": "^[1-9][0-9]{0,2}d$", "examples": ["90d"]}),
            "When it expires.",
        )])
        .answers(
            200,
            "The token and its key.",
            &[("application/json", schema("TokenWithKey"))],
        )
        .fails(&[409]),
        get(
            group,
            "/api/v1/webhooks",
            "listWebhooks",
            "Whom the service tells of commits, for the holder of the token",
        )
        .needs_token()
        .answers(
            200,
            "The webhooks.",
            &[(
                "application/json",
                json!({"type": "array", "items": schema("Webhook")}),
            )],
        ),
        operation(
            group,
            "post",
            "/api/v1/webhooks",
            "makeWebhook",
            "Has the service tell of commits; the answer alone shows the secret",
        )
        .body(true, &[("application/json", schema("NewWebhook"))])
        .answers(
            201,
            "The webhook.",
            &[("application/json", schema("WebhookWithSecret"))],
        )
        .with_headers(201, &["Location"])
        .fails(&[404, 408, 409]),
        get(
            group,
            "/api/v1/webhooks/{id}",
            "getWebhook",
            "One of them, and how its deliveries went",
        )
        .needs_token()
        .answers(
            200,
            "The webhook.",
            &[("application/json", schema("Webhook"))],
        ),
        operation(
            group,
            "delete",
            "/api/v1/webhooks/{id}",
            "removeWebhook",
            "It is told nothing any more",
        )
        .answers(204, "It is removed.", &[]),
        get(group, "/metrics", "scrape", "What Prometheus reads: figures of the service, and of the networks as they were last computed")
            .for_anybody()
            .answers(200, "The figures.", &[("text/plain", text()), ("application/openmetrics-text", text())])
            .fails(&[401, 403, 406]),
        get(
            group,
            "/openapi.json",
            "getOpenApi",
            "This document (OpenAPI 3.1)",
        )
        .answers(
            200,
            "The document.",
            &[("application/json", json!({"type": "object"}))],
        )
        .not_modified(),
    ];
    for operation in &mut all {
        // Nothing of these depends on a version of the data, so none is told.
        operation.forget_read_headers();
    }
    all
}

fn reconciliation() -> Vec<Operation> {
    let group = Group::Reconciliation;
    let what = || one_of(&["entity", "type", "property"]);
    let callback = || {
        query(
            "callback",
            json!({"type": "string", "pattern": "^[A-Za-z_$][A-Za-z0-9_$]{0,40}$"}),
            "The name of a function to call with the answer (version 0.1).",
        )
    };
    let json_text = |name: &str, description: &str, example: &str| {
        query(
            name,
            json!({"type": "string", "contentMediaType": "application/json", "examples": [example]}),
            description,
        )
    };
    let forms = || {
        [
            ("application/json", json!({"type": "object"})),
            ("text/javascript", text()),
        ]
    };
    let mut all = Vec::new();
    for (path, suffix) in [("/reconcile", ""), ("/reconcile/", "Slash")] {
        all.push(
            get(
                group,
                path,
                format!("reconcile{suffix}"),
                "The manifest, or the answer to `queries` or `extend`",
            )
            .takes([
                json_text(
                    "queries",
                    "A batch of queries as JSON; not together with the others.",
                    "{\"q0\": {\"query\": \"health\"}}",
                ),
                json_text("query", "One query (version 0.1).", "health"),
                json_text(
                    "extend",
                    "Things and properties whose values are wanted, as JSON.",
                    "{\"ids\": [], \"properties\": []}",
                ),
                callback(),
            ])
            .answers(200, "The answer.", &forms())
            .not_modified()
            .fails(&[413, 504, 507]),
        );
        all.push(
            operation(
                group,
                "post",
                path,
                format!("reconcilePosted{suffix}"),
                "The same from a form",
            )
            .open()
            .body(
                true,
                &[(
                    "application/x-www-form-urlencoded",
                    json!({
                        "type": "object",
                        "properties": {"queries": {"type": "string"}, "extend": {"type": "string"}},
                    }),
                )],
            )
            .answers(200, "The answer.", &forms())
            .fails(&[304, 408, 504, 507]),
        );
    }
    let id = || {
        required(
            "id",
            json!({"type": "string", "minLength": 1}),
            "The id of a thing or a term.",
        )
    };
    all.extend([
        get(
            group,
            "/reconcile/suggest/{what}",
            "suggest",
            "What somebody may be typing",
        )
        .part("what", what(), "What is suggested.")
        .takes([
            query("prefix", text(), "What has been typed."),
            query("type", text(), "Only things of this type."),
            query(
                "cursor",
                whole(0, u64::MAX),
                "Without so many at the beginning.",
            ),
            query("limit", whole(0, u64::MAX), "At most so many."),
            callback(),
        ])
        .answers(
            200,
            "Suggestions.",
            &[
                ("application/json", schema("Suggestions")),
                ("text/javascript", text()),
            ],
        )
        .not_modified()
        .fails(&[504]),
        get(
            group,
            "/reconcile/flyout/{what}",
            "flyout",
            "A few lines about a suggestion, as HTML in JSON",
        )
        .part("what", what(), "What was suggested.")
        .takes([id(), callback()])
        .answers(200, "The lines.", &forms())
        .not_modified(),
        get(
            group,
            "/reconcile/properties",
            "proposeProperties",
            "The properties that things of a type have",
        )
        .takes([
            query("type", text(), "The id of a type."),
            query("limit", json!({"type": "number"}), "At most so many."),
            callback(),
        ])
        .answers(200, "Properties.", &forms())
        .not_modified(),
        get(
            group,
            "/reconcile/preview",
            "preview",
            "A small page about a thing, for a frame on a page of others",
        )
        .takes([id()])
        .answers(200, "The page.", &[("text/html", text())])
        .not_modified()
        .fails(&[404]),
        get(
            group,
            "/reconcile/view",
            "viewThing",
            "Leads to the page of a thing",
        )
        .takes([id()])
        .answers(303, "Its page.", &[])
        .fails(&[404]),
    ]);
    all
}

fn pages() -> Vec<Operation> {
    let group = Group::Pages;
    let page = |path: &str, id: &str, summary: &str| {
        get(group, path, id, summary)
            .answers(200, "The page.", &[("text/html", text())])
            .answers(303, "The page is elsewhere.", &[])
            .not_modified()
            .fails(&[404, 409, 410, 422, 429, 504, 507])
    };
    let asset = |path: &str, id: &str, summary: &str| {
        get(group, path, id, summary)
            .for_anybody()
            .answers(
                200,
                "The file.",
                &[
                    ("text/css", text()),
                    ("text/javascript", text()),
                    ("application/json", json!({})),
                    ("image/svg+xml", text()),
                    ("image/png", json!({})),
                    ("font/woff2", json!({})),
                    ("application/wasm", json!({})),
                    ("text/plain", text()),
                ],
            )
            .not_modified()
            .never(&[503])
            .without_version()
    };
    let mut all: Vec<Operation> = PAGES
        .iter()
        .map(|(path, id, summary)| page(path, id, summary))
        .collect();
    all.extend([
        page(
            "/queries/{name}",
            "getQueryPage",
            "A question and its results",
        ),
        page(
            "/queries/{owner}/{name}",
            "getSavedQueryPage",
            "A saved question and its results",
        ),
        page(
            "/scenarios/{id}",
            "getSavedScenarioPage",
            "A saved scenario",
        ),
    ]);
    let of_network = |path: &str, id: &str, summary: &str, media_type: &'static str| {
        let shape = match media_type {
            "text/html" => text(),
            _ => json!({}),
        };
        get(group, path, id, summary)
            .takes(super::networks::filters())
            .answers(200, "What was asked for.", &[(media_type, shape)])
            .not_modified()
            .fails(&[404, 410, 422, 429, 504, 507])
    };
    all.extend([
        of_network(
            "/networks",
            "getNetworksPage",
            "The networks there are",
            "text/html",
        ),
        of_network(
            "/networks/{id}",
            "getNetworkPage",
            "A network, drawn",
            "text/html",
        ),
        of_network(
            "/networks/{id}/drawing",
            "getDrawing",
            "What the page of a network draws, in columns",
            "application/json",
        ),
    ]);
    all.extend([
        asset(
            "/static/{path}",
            "getStaticFile",
            "A style, a script or an image of the pages",
        ),
        asset("/favicon.ico", "getIcon", "The icon"),
    ]);
    all
}
