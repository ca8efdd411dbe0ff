//! What the document is put together from: operations, parameters, answers, schemas.

use crate::http::negotiate::Format;
use crate::http::rows::FORMATS;
use serde_json::{Map, Value, json};

/// The highest number that every reader of JSON keeps exact; limits and offsets go up to it.
pub(super) const MOST: u64 = crate::http::rows::MOST;

/// Who uses an operation; the tags of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Overview,
    Networks,
    Integration,
    Scenarios,
    Queries,
    Things,
    Datasets,
    Links,
    Imports,
    Changes,
    Reconciliation,
    Service,
    Pages,
}

impl Group {
    pub(super) const ALL: [Self; 13] = [
        Self::Overview,
        Self::Networks,
        Self::Integration,
        Self::Scenarios,
        Self::Queries,
        Self::Things,
        Self::Datasets,
        Self::Links,
        Self::Imports,
        Self::Changes,
        Self::Reconciliation,
        Self::Service,
        Self::Pages,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Networks => "Networks and metrics",
            Self::Integration => "Integration",
            Self::Scenarios => "What if",
            Self::Queries => "Queries",
            Self::Things => "Things and terms",
            Self::Datasets => "Data sets",
            Self::Links => "Links",
            Self::Imports => "Imports and checks",
            Self::Changes => "Changes",
            Self::Reconciliation => "Reconciliation",
            Self::Service => "Service",
            Self::Pages => "Pages",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Overview => "What is here and how much.",
            Self::Networks => "Who works with whom, as tables and files, and what can be measured.",
            Self::Integration => {
                "How well sectors and levels of responsibility are woven together, and what each \
                 figure rests on."
            }
            Self::Scenarios => {
                "What would be otherwise if actors, ties or services came, went or moved; nothing is \
                 changed."
            }
            Self::Queries => "SPARQL, and questions that are ready to be asked.",
            Self::Things => "Every IRI answers; things are found by their names.",
            Self::Datasets => "Graphs with their licences, as a whole or as files.",
            Self::Links => "Which of two graphs' things are one: suggestions and decisions.",
            Self::Imports => "Tables and RDF that partners send, checked before they land.",
            Self::Changes => "Versions of the data, and the feed of what changed.",
            Self::Reconciliation => {
                "The W3C Reconciliation Service API 0.2, for OpenRefine and others."
            }
            Self::Service => "Health, tokens, and what is going on.",
            Self::Pages => "What people read; the data behind each has an address of its own.",
        }
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Everybody; a token shows private graphs too.
    Open,
    /// Whoever has a token with the right to it.
    Token,
    /// Everybody, and nobody sees more with a token.
    Anybody,
}

/// One method of one path.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    method: &'static str,
    path: String,
    /// The formats that may be asked for by an extension of the path.
    extensions: Vec<Format>,
    id: String,
    group: Group,
    summary: String,
    description: String,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: Vec<(u16, Value)>,
    problems: Vec<u16>,
    access: Access,
}

/// An operation of which everything but its answers is told.
pub(super) fn operation(
    group: Group,
    method: &'static str,
    path: impl Into<String>,
    id: impl Into<String>,
    summary: impl Into<String>,
) -> Operation {
    let path = path.into();
    let parameters = path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| path_parameter(name))
        .collect();
    let is_read = method == "get";
    Operation {
        method,
        extensions: Vec::new(),
        id: id.into(),
        group,
        summary: summary.into(),
        description: String::new(),
        parameters,
        body: None,
        answers: Vec::new(),
        problems: match method {
            // Whoever sends a key that is none is told so, whatever they ask for.
            "get" => vec![400, 401, 503],
            _ => vec![400, 401, 403, 503],
        },
        access: if is_read { Access::Open } else { Access::Token },
        path,
    }
}

/// `GET` of a path.
pub(super) fn get(
    group: Group,
    path: impl Into<String>,
    id: impl Into<String>,
    summary: impl Into<String>,
) -> Operation {
    operation(group, "get", path, id, summary)
}

impl Operation {
    /// The same at one address.
    pub(super) fn at(mut self, path: &str, id: &str) -> Self {
        path.clone_into(&mut self.path);
        id.clone_into(&mut self.id);
        self.extensions.clear();
        self
    }

    pub(super) fn says(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Parameters of the query string, or headers.
    pub(super) fn takes(mut self, parameters: impl IntoIterator<Item = Value>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Says what values a part of the path has.
    pub(super) fn part(mut self, name: &str, schema: Value, description: &str) -> Self {
        for parameter in &mut self.parameters {
            if parameter["in"] == "path" && parameter["name"] == name {
                *parameter = json!({
                    "name": name, "in": "path", "required": true,
                    "description": description, "schema": schema,
                });
            }
        }
        self
    }

    /// A body in one of several media types.
    pub(super) fn body(mut self, required: bool, content: &[(&str, Value)]) -> Self {
        let content: Map<String, Value> = content
            .iter()
            .map(|(media_type, schema)| ((*media_type).to_owned(), json!({"schema": schema})))
            .collect();
        self.body = Some(json!({"required": required, "content": content}));
        self.fails(&[413, 415])
    }

    /// An answer with a body, in several media types.
    pub(super) fn answers(
        mut self,
        status: u16,
        description: &str,
        content: &[(&str, Value)],
    ) -> Self {
        let content: Map<String, Value> = content
            .iter()
            .map(|(media_type, schema)| ((*media_type).to_owned(), json!({"schema": schema})))
            .collect();
        let mut answer = json!({"description": description});
        if !content.is_empty() {
            answer["content"] = Value::Object(content);
        }
        if status < 300 && self.method == "get" {
            answer["headers"] = headers(&["ETag", "Weft-Data-Version"]);
        }
        self.answers.push((status, answer));
        self
    }

    /// Headers that the answers of a status have besides those of every read.
    pub(super) fn with_headers(mut self, status: u16, names: &[&str]) -> Self {
        for (known, answer) in &mut self.answers {
            if *known == status
                && let Value::Object(new) = headers(names)
            {
                match answer.get_mut("headers").and_then(Value::as_object_mut) {
                    Some(headers) => headers.extend(new),
                    None => answer["headers"] = Value::Object(new),
                }
            }
        }
        self
    }

    /// Answers rows, each as the schema says, in every form of a table.
    pub(super) fn rows(self, row: Value) -> Self {
        self.table(json!({"type": "array", "items": row}))
            .with_headers(200, &["Weft-Total-Count", "Link"])
    }

    /// Answers something of its own shape as JSON, and rows in every other form of a table.
    pub(super) fn table(self, shape: Value) -> Self {
        let mut operation = self.read(&shape, &FORMATS);
        operation.extensions = FORMATS
            .into_iter()
            .filter(|format| format.is_built())
            .collect();
        operation.fails(&[406])
    }

    /// Answers something as JSON.
    pub(super) fn object(self, shape: Value) -> Self {
        self.read(&shape, &[Format::Json])
    }

    /// Answers in these formats; `shape` is that of JSON.
    pub(super) fn read(self, shape: &Value, formats: &[Format]) -> Self {
        let content: Vec<(&str, Value)> = formats
            .iter()
            .filter(|format| format.is_built())
            .map(|format| (media_type(*format), schema_in(*format, shape)))
            .collect();
        let is_get = self.method == "get";
        let operation = self.answers(200, "What was asked for.", &content);
        if is_get {
            operation.not_modified()
        } else {
            operation
        }
    }

    /// May be asked for with these extensions.
    pub(super) fn extensions(mut self, formats: &[Format]) -> Self {
        self.extensions = formats
            .iter()
            .copied()
            .filter(|format| format.is_built())
            .collect();
        self
    }

    /// Answers 304 to whoever has the answer already.
    pub(super) fn not_modified(mut self) -> Self {
        self.parameters
            .push(reference("parameters", "If-None-Match"));
        self.answers
            .push((304, reference("responses", "NotModified")));
        self
    }

    /// Says nothing of headers that answers about the data have.
    pub(super) fn forget_read_headers(&mut self) {
        for (status, answer) in &mut self.answers {
            if *status == 200
                && let Some(headers) = answer.get_mut("headers").and_then(Value::as_object_mut)
            {
                headers.retain(|name, _| !["ETag", "Weft-Data-Version"].contains(&name.as_str()));
            }
        }
    }

    /// Answers that no version of the data has to do with.
    pub(super) fn without_version(mut self) -> Self {
        self.forget_read_headers();
        self
    }

    /// Errors that can happen.
    pub(super) fn fails(mut self, statuses: &[u16]) -> Self {
        self.problems.extend(statuses);
        self
    }

    /// Errors that cannot happen here.
    pub(super) fn never(mut self, statuses: &[u16]) -> Self {
        self.problems.retain(|status| !statuses.contains(status));
        self
    }

    /// A write that leaves a new version of the data behind it.
    pub(super) fn commits(self, status: u16, description: &str) -> Self {
        let operation = self.answers(status, description, &[]);
        operation.with_headers(status, &["ETag", "Weft-Data-Version"])
    }

    /// Everybody may, and sees the same.
    pub(super) fn for_anybody(mut self) -> Self {
        self.access = Access::Anybody;
        self.never(&[401])
    }

    /// Everybody may, though it is no GET.
    pub(super) fn open(mut self) -> Self {
        self.access = Access::Open;
        self.never(&[403])
    }

    /// A token must be sent, though it is a GET.
    pub(super) fn needs_token(mut self) -> Self {
        self.access = Access::Token;
        self.fails(&[403])
    }

    /// Adds it to the paths of a document.
    pub(super) fn add_to(self, paths: &mut Map<String, Value>) {
        let mut add = |path: &str, operation: Value| {
            let item = paths
                .entry(path.to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Some(item) = item.as_object_mut() {
                item.insert(self.method.to_owned(), operation);
            }
        };
        add(&self.path, self.document(&self.id, None));
        if !self.extensions.is_empty() {
            let names: Vec<&str> = self.extensions.iter().map(|format| format.name()).collect();
            let format = json!({
                "name": "format", "in": "path", "required": true,
                "description": "The format. Without it `Accept` decides.",
                "schema": {"type": "string", "enum": names},
            });
            let path = format!("{}.{{format}}", self.path);
            add(
                &path,
                self.document(&format!("{}As", self.id), Some(format)),
            );
        }
    }

    fn document(&self, id: &str, format: Option<Value>) -> Value {
        let mut responses = Map::new();
        for (status, answer) in &self.answers {
            responses.insert(status.to_string(), answer.clone());
        }
        let mut problems = self.problems.clone();
        problems.extend(format.as_ref().map(|_| 404));
        if format.is_some() && self.method != "get" {
            // An extension that there is not belongs to the name of something that can be read.
            problems.push(405);
        }
        if self.path.contains('{') {
            problems.push(404);
        }
        problems.sort_unstable();
        problems.dedup();
        for status in problems {
            let name = status.to_string();
            if !responses.contains_key(&name) {
                responses.insert(name, reference("responses", problem_name(status)));
            }
        }
        let mut parameters = self.parameters.clone();
        parameters.extend(format);
        let mut operation = Map::new();
        operation.insert("operationId".to_owned(), json!(id));
        operation.insert("tags".to_owned(), json!([self.group.name()]));
        operation.insert("summary".to_owned(), json!(self.summary));
        if !self.description.is_empty() {
            operation.insert("description".to_owned(), json!(self.description));
        }
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(body) = &self.body {
            operation.insert("requestBody".to_owned(), body.clone());
        }
        operation.insert("responses".to_owned(), Value::Object(responses));
        let security = match self.access {
            Access::Open => json!([{}, {"token": []}]),
            Access::Token => json!([{"token": []}]),
            Access::Anybody => json!([]),
        };
        operation.insert("security".to_owned(), security);
        Value::Object(operation)
    }
}

/// A part of the document that is told once.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// A schema that is told once.
pub(super) fn schema(name: &str) -> Value {
    reference("schemas", name)
}

fn headers(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| ((*name).to_owned(), reference("headers", name)))
        .collect::<Map<_, _>>()
        .into()
}

/// The name of a media type without its parameters.
pub(super) fn media_type(format: Format) -> &'static str {
    format.media_types().first().copied().unwrap_or_default()
}

/// How a format shows something of a shape.
fn schema_in(format: Format, shape: &Value) -> Value {
    match format {
        Format::Json => shape.clone(),
        // Bytes: OpenAPI 3.1 says nothing of them.
        format if format.is_file() => json!({}),
        _ => json!({"type": "string"}),
    }
}

fn path_parameter(name: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true,
        "schema": {"type": "string", "minLength": 1},
    })
}

/// Parameters of which an empty value is a wrong one; of others it counts as none, because that is
/// what forms send.
const NEVER_EMPTY: [&str; 4] = ["format", "style", "kind", "iri"];

/// A parameter of the query string.
pub(super) fn query(name: &str, schema: Value, description: &str) -> Value {
    let mut parameter =
        json!({"name": name, "in": "query", "description": description, "schema": schema});
    if !NEVER_EMPTY.contains(&name) {
        parameter["allowEmptyValue"] = json!(true);
    }
    parameter
}

/// The same that must be there.
pub(super) fn required(name: &str, schema: Value, description: &str) -> Value {
    json!({
        "name": name, "in": "query", "required": true, "description": description,
        "schema": schema,
    })
}

/// A parameter of the query string that is a list with commas.
pub(super) fn list(name: &str, values: &[String], description: &str) -> Value {
    let mut items = json!({"type": "string"});
    if !values.is_empty() {
        items["enum"] = json!(values);
    }
    json!({
        "name": name, "in": "query", "description": description,
        "style": "form", "explode": false, "allowEmptyValue": true,
        "schema": {"type": "array", "items": items},
    })
}

/// A text that is one of these.
pub(super) fn one_of<T: AsRef<str>>(values: &[T]) -> Value {
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    json!({"type": "string", "enum": values})
}

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn iri() -> Value {
    json!({
        "type": "string",
        // Simpler than RFC 3987, and what the service takes: an absolute IRI.
        "pattern": "^[a-z][a-z0-9+.-]*:[A-Za-z0-9/._~-]+(#[A-Za-z0-9._~-]*)?$",
        "examples": ["https://w3id.org/weft/code/branch/health"],
    })
}

pub(super) fn flag(default: bool) -> Value {
    json!({"type": "boolean", "default": default})
}

pub(super) fn whole(minimum: u64, maximum: u64) -> Value {
    json!({"type": "integer", "minimum": minimum, "maximum": maximum})
}

/// An object as a list of its fields: `name:type`, with `?` behind what may be null and `~` behind
/// the name of what may be missing. Types are `string`, `integer`, `number`, `boolean`, `any`,
/// `[type]`, `{type}` (an object of such values) and `@Name` for a schema that is told once.
pub(super) fn object(fields: &str) -> Value {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for field in fields.split_whitespace() {
        let (name, kind) = field.split_once(':').unwrap_or((field, "any"));
        match name.strip_suffix('~') {
            Some(name) => {
                properties.insert(name.to_owned(), typed(kind));
            }
            None => {
                needed.push(name);
                properties.insert(name.to_owned(), typed(kind));
            }
        }
    }
    json!({
        "type": "object", "properties": properties, "required": needed,
        "additionalProperties": false,
    })
}

fn typed(kind: &str) -> Value {
    if let Some(kind) = kind.strip_suffix('?') {
        let mut schema = typed(kind);
        return match schema
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_owned)
        {
            Some(kind) => {
                schema["type"] = json!([kind, "null"]);
                schema
            }
            None => json!({"anyOf": [schema, {"type": "null"}]}),
        };
    }
    if let Some(items) = kind
        .strip_prefix('[')
        .and_then(|kind| kind.strip_suffix(']'))
    {
        return json!({"type": "array", "items": typed(items)});
    }
    if let Some(values) = kind
        .strip_prefix('{')
        .and_then(|kind| kind.strip_suffix('}'))
    {
        return json!({"type": "object", "additionalProperties": typed(values)});
    }
    if let Some(name) = kind.strip_prefix('@') {
        return schema(name);
    }
    match kind {
        "any" => json!({}),
        kind => json!({"type": kind}),
    }
}

/// Errors by their status: the name of the answer, and what it means.
pub(super) const PROBLEMS: [(u16, &str, &str); 21] = [
    (
        400,
        "BadRequest",
        "The request makes no sense; `detail` names the parameter, the value and the remedy.",
    ),
    (
        401,
        "Unauthorized",
        "A token is needed, or the one sent is unknown or has expired.",
    ),
    (
        403,
        "Forbidden",
        "The token does not allow this, or the service takes no writes.",
    ),
    (
        404,
        "NotFound",
        "There is no such thing here, or whoever asks may not see it.",
    ),
    (
        405,
        "MethodNotAllowed",
        "The resource cannot be asked in this way; `Allow` says how.",
    ),
    (
        406,
        "NotAcceptable",
        "No format that is accepted is offered, or it cannot hold the answer.",
    ),
    (408, "RequestTimeout", "The body stopped coming."),
    (409, "Conflict", "What is there already contradicts this."),
    (410, "Gone", "The data version is no longer kept."),
    (
        412,
        "PreconditionFailed",
        "The data has changed since the version that `If-Match` names.",
    ),
    (
        413,
        "ContentTooLarge",
        "The body is too long, or lists too much.",
    ),
    (
        415,
        "UnsupportedMediaType",
        "The body is in a format that is not understood here.",
    ),
    (416, "RangeNotSatisfiable", "The file has no such part."),
    (
        422,
        "Unprocessable",
        "It is understood, and refused: a graph whose policy refuses violations, or a network that is too large.",
    ),
    (
        429,
        "TooManyRequests",
        "The client has used its share of computing time; `Retry-After` says when to come back.",
    ),
    (
        500,
        "InternalError",
        "A mistake of the service; its log has the cause.",
    ),
    (
        502,
        "BadGateway",
        "Another endpoint that the query asks did not answer as it should.",
    ),
    (
        503,
        "Unavailable",
        "The service is busy, starting, or still computing; ask again after `Retry-After`.",
    ),
    (504, "TimedOut", "The time allowed is over."),
    (
        507,
        "InsufficientStorage",
        "The request needs more memory or a longer answer than is allowed, or the disk is full.",
    ),
    (431, "HeadersTooLarge", "The headers are too long."),
];

fn problem_name(status: u16) -> &'static str {
    PROBLEMS
        .iter()
        .find(|(known, ..)| *known == status)
        .map_or("InternalError", |(_, name, _)| name)
}
