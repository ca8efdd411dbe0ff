//! Errors as clients see them: problem details (RFC 9457). The only file that knows which mistake
//! is which status.

use super::respond::{DATA_VERSION, version_tag};
use crate::app::changes::ChangeError;
use crate::app::check::refused_results;
use crate::app::evaluations::Refused;
use crate::app::{
    AppError, CatalogueError, CheckError, DatasetError, DumpError, LinkError, MappingsError,
    NetworkError, PatchError, PermalinkError, PolicyError, SavedError, ScenarioError, TokenError,
    VisibilityError, WebhookError, WriteError,
};
use crate::indicators::IndicatorError;
use crate::ingest::IngestError;
use crate::ingest::archive::ArchiveError;
use crate::ingest::mapping::MappingError;
use crate::ingest::validate::ValidateError;
use crate::network::{DefinitionError, FilterError, ProjectionError};
use crate::ontology::nearest;
use crate::store::{FederationError, FederationProblem, StoreError, SyntaxError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Where the types of problems are.
const TYPES: &str = "https://w3id.org/weft/problem/";

/// What a handler could not do.
#[derive(Debug)]
pub(super) enum ApiError {
    /// A use case failed.
    App(AppError),
    /// The request makes no sense.
    BadRequest(String),
    /// Parameters that the resource does not have.
    UnknownParameters {
        /// Those that were given.
        unknown: Vec<String>,
        /// Those that it has.
        known: Vec<String>,
    },
    /// A query or update that is not SPARQL.
    Syntax(SyntaxError),
    /// A write from a page of another site, without a token.
    ForeignOrigin,
    /// Nothing is at this address.
    NotFound(String),
    /// The resource cannot be asked in this way.
    MethodNotAllowed,
    /// What is asked for can be done elsewhere.
    Misplaced(String),
    /// None of the formats that the client takes is offered.
    NotAcceptable(Vec<String>),
    /// The format or version asked for has no way to state the answer.
    Inexpressible(String),
    /// A format that this service was built without.
    NotBuilt(&'static str),
    /// A part that a file of so many bytes does not have.
    NoSuchRange(u64),
    /// A body in a format that is not understood here.
    UnsupportedMediaType(String),
    /// A body that is too long.
    TooLarge(usize),
    /// A list of more than can be done at once.
    TooMany {
        /// What it lists.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// A body that did not come in time.
    SlowBody,
    /// All places to compute stayed taken.
    Busy,
    /// The client has used its share; it may come back after so many seconds.
    OverShare(u64, String),
    /// The id that a client chose cannot be used.
    QueryId(StatusCode, String),
    /// The answer is longer than one may be.
    AnswerTooLong(u64),
    /// The time allowed is over, and the computation goes on.
    StillComputing(String),
    /// The store is being opened.
    Starting,
    /// A mistake of ours; what it was is in the log.
    Internal(String),
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let detail = refused.to_string();
        match refused {
            Refused::OverShare { seconds, .. } => Self::OverShare(seconds, detail),
            Refused::IdTaken(_) => Self::QueryId(StatusCode::CONFLICT, detail),
            Refused::BadId(_) => Self::QueryId(StatusCode::BAD_REQUEST, detail),
            Refused::Busy => Self::Busy,
        }
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => Self::App(error.into()),
            ChangeError::Io(error) => Self::write(WriteError::Io(error)),
        }
    }
}

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

impl ApiError {
    pub(super) fn write(error: WriteError) -> Self {
        match error {
            WriteError::Io(error) if error.kind() == std::io::ErrorKind::QuotaExceeded => {
                Self::AnswerTooLong(error.to_string().parse().unwrap_or_default())
            }
            WriteError::Store(error) => Self::App(error.into()),
            WriteError::WrongFormat(what, format) => {
                Self::BadRequest(format!("{what} cannot be written as {format}"))
            }
            error @ WriteError::Inexpressible(_) => Self::Inexpressible(format!(
                "{error}; `ttl`, `nt`, `trig` and `nq` can state any graph, `json` any table"
            )),
            error @ WriteError::Beyond { .. } => Self::Inexpressible(error.to_string()),
            WriteError::Io(error) => Self::Internal(error.to_string()),
        }
    }

    pub(super) fn problem(self) -> Problem {
        match self {
            Self::App(error) => app_problem(error),
            Self::Syntax(error) => syntax_problem(error),
            Self::BadRequest(detail) => Problem::new(StatusCode::BAD_REQUEST, "bad-request", "The request makes no sense", detail),
            Self::UnknownParameters { unknown, known } => Problem::new(
                StatusCode::BAD_REQUEST,
                "unknown-parameter",
                "Unknown parameter",
                unknown_parameters(&unknown, &known),
            ),
            Self::ForeignOrigin => Problem::new(
                StatusCode::FORBIDDEN,
                "foreign-origin",
                "Writes from other sites need a token",
                "this service takes writes without a token only from this machine, not from pages of other sites".to_owned(),
            ),
            Self::NotFound(detail) => Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail),
            Self::MethodNotAllowed => Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Method not allowed",
                "this resource cannot be asked in this way; the `Allow` header says how".to_owned(),
            ),
            Self::Misplaced(detail) => Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Method not allowed",
                detail,
            ),
            Self::NotAcceptable(offered) => Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                "not-acceptable",
                "No acceptable format",
                format!("none of the formats asked for is offered; there are {}", offered.join(", ")),
            ),
            Self::Inexpressible(detail) => Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                "not-expressible",
                "The format cannot state the answer",
                detail,
            ),
            Self::NotBuilt(format) => Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                "not-built",
                "The service was built without this format",
                format!(
                    "this service was built without `{format}`; ask for json, csv or xlsx, or build it with `cargo build --release --features columnar`"
                ),
            ),
            Self::NoSuchRange(bytes) => Problem::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "no-such-range",
                "The file has no such part",
                format!("the file has {bytes} bytes; ask for a `Range` that begins before that"),
            ),
            Self::UnsupportedMediaType(detail) => Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Unsupported media type",
                detail,
            ),
            Self::TooLarge(limit) => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The request is too large",
                format!("at most {limit} bytes are taken here; send less at a time, or use `weft load`"),
            ),
            Self::TooMany { what, limit } => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-many",
                "Too many at once",
                format!("at most {limit} {what} are taken at once; send them in parts"),
            ),
            Self::SlowBody => Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "slow-request",
                "The request did not come in time",
                "the body of the request stopped coming".to_owned(),
            ),
            Self::Busy => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "The service is busy",
                "too many requests compute at this moment; try again in a little while".to_owned(),
            )
            .retry_after(5),
            Self::OverShare(seconds, detail) => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "over-share",
                "You have used your share of computing time",
                detail,
            )
            .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)),
            Self::QueryId(status, detail) => {
                Problem::new(status, "query-id", "The id cannot be used", detail)
            }
            Self::AnswerTooLong(limit) => Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "answer-too-long",
                "The answer is too long",
                format!(
                    "an answer may have {limit} bytes; ask for it in parts (ORDER BY with LIMIT and OFFSET), or for counts"
                ),
            ),
            Self::StillComputing(detail) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "still-computing",
                "Still computing",
                detail,
            )
            .retry_after(5),
            Self::Starting => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "starting",
                "The service is starting",
                "the data is being opened; try again in a little while".to_owned(),
            )
            .retry_after(1),
            Self::Internal(cause) => internal(&cause),
        }
    }
}

fn app_problem(error: AppError) -> Problem {
    let detail = error.to_string();
    match error {
        AppError::Store(error) => store_problem(error),
        AppError::Ingest(error) => ingest_problem(error),
        AppError::Catalogue(error) => catalogue_problem(error),
        AppError::Network(error) => network_problem(error),
        AppError::Indicator(error) => indicator_problem(error),
        AppError::Saved(error) => saved_problem(error),
        AppError::Mappings(error) => mappings_problem(error),
        AppError::Dataset(
            DatasetError::Graph(_) | DatasetError::Field { .. } | DatasetError::Unknown { .. },
        ) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-description",
            "The description does not fit",
            detail,
        ),
        AppError::Permalink(error) => permalink_problem(error),
        AppError::Scenario(error) => scenario_problem(&error),
        AppError::Link(error) => link_problem(&error),
        AppError::Dump(error) => dump_problem(error),
        AppError::Search(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-search",
            "This cannot be looked for",
            detail,
        ),
        AppError::Check(error) => check_problem(&error),
        AppError::Policy(error) => policy_problem(&error),
        AppError::Patch(error) => patch_problem(&error),
        AppError::Webhook(error) => webhook_problem(&error),
        AppError::ReadOnly => Problem::new(
            StatusCode::FORBIDDEN,
            "read-only",
            "The service is read-only",
            detail,
        ),
        AppError::NoKey => Problem::new(
            StatusCode::UNAUTHORIZED,
            "token-needed",
            "A token is needed",
            detail,
        )
        .challenge("Bearer realm=\"weft\""),
        AppError::UnknownKey => Problem::new(
            StatusCode::UNAUTHORIZED,
            "unknown-token",
            "Unknown token",
            detail,
        )
        .challenge("Bearer realm=\"weft\", error=\"invalid_token\""),
        AppError::ExpiredKey { .. } => Problem::new(
            StatusCode::UNAUTHORIZED,
            "expired-token",
            "The token has expired",
            detail,
        )
        .challenge("Bearer realm=\"weft\", error=\"invalid_token\""),
        AppError::NotYours { .. } => Problem::new(
            StatusCode::FORBIDDEN,
            "not-yours",
            "The token does not allow this",
            detail,
        ),
        AppError::NoSuchGraph(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-graph",
            "No such graph",
            detail,
        ),
        AppError::Changed { version, .. } => Problem {
            data_version: Some(version),
            ..Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "changed",
                "The data has changed",
                detail,
            )
        },
        AppError::Visibility(VisibilityError::AlwaysPublic(_)) => Problem::new(
            StatusCode::CONFLICT,
            "always-public",
            "The graph cannot be private",
            detail,
        ),
        AppError::Visibility(VisibilityError::BelowPrivate { .. }) => Problem::new(
            StatusCode::CONFLICT,
            "below-private",
            "The graph stays private",
            detail,
        ),
        AppError::Token(error) => token_problem(error),
        AppError::Visibility(VisibilityError::Damaged { .. } | VisibilityError::Io { .. })
        | AppError::Ontology(_)
        | AppError::Config(_)
        | AppError::Rule { .. } => internal(&detail),
    }
}

fn scenario_problem(error: &ScenarioError) -> Problem {
    let detail = error.to_string();
    let (status, slug, title) = match error {
        ScenarioError::Shape { .. } | ScenarioError::NoTitle => (
            StatusCode::BAD_REQUEST,
            "bad-scenario",
            "The scenario is not understood",
        ),
        ScenarioError::Change { .. }
        | ScenarioError::Unknown { .. }
        | ScenarioError::NoLonger { .. } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-change",
            "A change does not fit the data",
        ),
        ScenarioError::TooLong => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The request is too large",
        ),
        ScenarioError::TooMany => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-many",
            "Too many at once",
        ),
        ScenarioError::Dataset => (
            StatusCode::BAD_REQUEST,
            "bad-value",
            "A parameter has a value that does not fit",
        ),
        ScenarioError::NoSuchPart(_) => (StatusCode::NOT_FOUND, "not-found", "Not found"),
        ScenarioError::Missing(_) => (
            StatusCode::NOT_FOUND,
            "no-such-scenario",
            "No such scenario",
        ),
        ScenarioError::NotYours { .. } => (
            StatusCode::FORBIDDEN,
            "not-yours",
            "The token does not allow this",
        ),
        ScenarioError::TooManySaved => (
            StatusCode::CONFLICT,
            "too-many",
            "Too many are kept already",
        ),
        ScenarioError::Io { .. } => return unwritten(&detail),
    };
    Problem::new(status, slug, title, detail)
}

fn token_problem(error: TokenError) -> Problem {
    let detail = error.to_string();
    match error {
        TokenError::Name(_)
        | TokenError::Graph(_)
        | TokenError::Partner(_)
        | TokenError::Powerless
        | TokenError::Expiry(_)
        | TokenError::Over(..) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-token",
            "This cannot be a token",
            detail,
        ),
        TokenError::Exists(_) => Problem::new(
            StatusCode::CONFLICT,
            "token-exists",
            "There is such a token",
            detail,
        ),
        TokenError::Missing(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-token",
            "No such token",
            detail,
        ),
        TokenError::NoRandomness(_) | TokenError::Damaged { .. } | TokenError::Io { .. } => {
            internal(&detail)
        }
    }
}

fn check_problem(error: &CheckError) -> Problem {
    let detail = error.to_string();
    match error {
        CheckError::Refused { report, .. } => Problem {
            check: Some(refused_results(report)),
            ..Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "check-failed",
                "The graph refuses violations",
                detail,
            )
        },
        CheckError::NoShapes(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-graph",
            "No such graph",
            detail,
        ),
        CheckError::Validation(ValidateError::TooLarge { .. }) => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-many",
            "Too many at once",
            detail,
        ),
        CheckError::Validation(_) => internal(&detail),
    }
}

fn policy_problem(error: &PolicyError) -> Problem {
    let detail = error.to_string();
    match error {
        PolicyError::NoSuchPolicy(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-value",
            "A parameter has a value that does not fit",
            detail,
        ),
        PolicyError::Fixed { .. } => Problem::new(
            StatusCode::FORBIDDEN,
            "not-yours",
            "The token does not allow this",
            detail,
        ),
        PolicyError::Damaged { .. } => internal(&detail),
        PolicyError::Io { .. } => unwritten(&detail),
    }
}

fn store_problem(error: StoreError) -> Problem {
    let detail = error.to_string();
    match error {
        StoreError::Syntax(error) => syntax_problem(error),
        StoreError::TimedOut => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "timed-out",
            "The time allowed is over",
            detail,
        ),
        StoreError::OutOfMemory => Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "out-of-memory",
            "The request needs too much memory",
            detail,
        ),
        StoreError::TextTooLong(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "text-too-long",
            "A text grows too long",
            detail,
        ),
        StoreError::Busy => ApiError::Busy.problem(),
        StoreError::Cancelled => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "cancelled",
            "The request was cancelled",
            detail,
        ),
        StoreError::Evaluation(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "evaluation",
            "The request cannot be evaluated",
            detail,
        ),
        StoreError::LoadRefused(_) | StoreError::ServiceRefused(_) => Problem::new(
            StatusCode::FORBIDDEN,
            "no-outgoing-requests",
            "This service sends no requests to others",
            detail,
        ),
        StoreError::BadService { .. } => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-service",
            "The SERVICE makes no sense",
            detail,
        ),
        StoreError::Federation(error) => federation_problem(&error),
        StoreError::KeptByRules(_) => Problem::new(
            StatusCode::CONFLICT,
            "kept-by-rules",
            "The graph is kept by weft",
            detail,
        ),
        StoreError::PrivateGraph(_) => Problem::new(
            StatusCode::FORBIDDEN,
            "not-yours",
            "The token does not allow this",
            detail,
        ),
        StoreError::GraphExists(_) => Problem::new(
            StatusCode::CONFLICT,
            "graph-exists",
            "The graph exists already",
            detail,
        ),
        StoreError::GraphMissing(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-graph",
            "No such graph",
            detail,
        ),
        StoreError::NoSuchVersion { .. } => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-version",
            "No such data version",
            detail,
        ),
        StoreError::VersionGone { .. } => Problem::new(
            StatusCode::GONE,
            "version-gone",
            "The data version is no longer kept",
            detail,
        ),
        StoreError::NoSuchVariable(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "no-such-variable",
            "No such variable",
            detail,
        ),
        StoreError::DiskFull { .. } => {
            tracing::error!(%detail, "a write failed");
            Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk-full",
                "No space is left",
                "the disk of this service is full; nothing was changed, and reading goes on"
                    .to_owned(),
            )
        }
        StoreError::Io { .. } => {
            tracing::error!(%detail, "a write failed");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "storage",
                "The data could not be written",
                "the disk of this service does not take the change; nothing was changed, and reading goes on".to_owned(),
            )
            .retry_after(30)
        }
        StoreError::Locked { .. }
        | StoreError::Damaged { .. }
        | StoreError::NewerFormat { .. }
        | StoreError::NothingKept
        | StoreError::NotEmpty { .. }
        | StoreError::Internal(_) => internal(&detail),
    }
}

fn link_problem(error: &LinkError) -> Problem {
    let (status, slug, title) = match error {
        LinkError::Value { .. } | LinkError::WhichGraph(_) | LinkError::TooMany => (
            StatusCode::BAD_REQUEST,
            "bad-link",
            "The link makes no sense",
        ),
        LinkError::Unknown(_) => (
            StatusCode::BAD_REQUEST,
            "unknown-end",
            "The data does not know what is linked",
        ),
        LinkError::NotOwn { .. } => (
            StatusCode::FORBIDDEN,
            "not-yours",
            "The token does not allow this",
        ),
        LinkError::Contradiction { .. } => (
            StatusCode::CONFLICT,
            "contradiction",
            "The decision contradicts another",
        ),
        LinkError::WouldPublish(_) => (
            StatusCode::CONFLICT,
            "would-publish",
            "The link would tell of what is private",
        ),
        LinkError::NothingDecided(..) => (
            StatusCode::NOT_FOUND,
            "nothing-decided",
            "Nothing was decided",
        ),
    };
    Problem::new(status, slug, title, error.to_string())
}

fn federation_problem(error: &FederationError) -> Problem {
    let (status, slug, title) = match &error.problem {
        FederationProblem::NotAllowed
        | FederationProblem::BadAddress(_)
        | FederationProblem::Private { .. } => (
            StatusCode::FORBIDDEN,
            "endpoint-not-allowed",
            "The endpoint may not be asked",
        ),
        FederationProblem::TimedOut { .. } => (
            StatusCode::GATEWAY_TIMEOUT,
            "endpoint-timed-out",
            "The endpoint did not answer in time",
        ),
        FederationProblem::Unreachable(_)
        | FederationProblem::Status { .. }
        | FederationProblem::Redirected { .. }
        | FederationProblem::TooLarge(_)
        | FederationProblem::NotResults(_) => (
            StatusCode::BAD_GATEWAY,
            "endpoint-failed",
            "The endpoint did not answer as it should",
        ),
    };
    Problem::new(status, slug, title, error.to_string())
}

fn patch_problem(error: &PatchError) -> Problem {
    let detail = error.to_string();
    match error {
        PatchError::Row { .. } | PatchError::Io(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-patch",
            "The changes cannot be read",
            detail,
        ),
        PatchError::OutOfOrder { .. } => Problem::new(
            StatusCode::CONFLICT,
            "out-of-order",
            "The changes do not follow each other",
            detail,
        ),
    }
}

fn webhook_problem(error: &WebhookError) -> Problem {
    let detail = error.to_string();
    match error {
        WebhookError::Url(..)
        | WebhookError::Graph(_)
        | WebhookError::TooManyGraphs
        | WebhookError::Secret => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-webhook",
            "The webhook makes no sense",
            detail,
        ),
        WebhookError::TooMany => Problem::new(
            StatusCode::CONFLICT,
            "too-many-webhooks",
            "There are enough webhooks",
            detail,
        ),
        WebhookError::Missing(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-webhook",
            "No such webhook",
            detail,
        ),
        WebhookError::NoRandomness(_) | WebhookError::Damaged { .. } | WebhookError::Io { .. } => {
            internal(&detail)
        }
    }
}

fn catalogue_problem(error: CatalogueError) -> Problem {
    let detail = error.to_string();
    match error {
        CatalogueError::NoSuchQuery(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-query",
            "No such query",
            detail,
        ),
        CatalogueError::NoSuchParameter { .. } => Problem::new(
            StatusCode::BAD_REQUEST,
            "unknown-parameter",
            "Unknown parameter",
            detail,
        ),
        CatalogueError::Value { .. }
        | CatalogueError::Unresolved { .. }
        | CatalogueError::Repeated(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-value",
            "A parameter has a value that does not fit",
            detail,
        ),
        CatalogueError::Store(error) => store_problem(error),
        CatalogueError::Header { .. } | CatalogueError::Syntax { .. } => internal(&detail),
    }
}

fn mappings_problem(error: MappingsError) -> Problem {
    let detail = error.to_string();
    let (status, slug, title) = match error {
        MappingsError::Mapping(error) => return ingest_problem(IngestError::Import(error)),
        MappingsError::Archive(error) => return archive_problem(&error),
        MappingsError::File(_) | MappingsError::NotText(_) => (
            StatusCode::BAD_REQUEST,
            "import",
            "The mapping cannot be used",
        ),
        MappingsError::Name(_) => (StatusCode::BAD_REQUEST, "bad-name", "The name does not fit"),
        MappingsError::NotYours { .. } => (
            StatusCode::FORBIDDEN,
            "forbidden",
            "That is somebody else's",
        ),
        MappingsError::Missing { .. } => {
            (StatusCode::NOT_FOUND, "no-such-mapping", "No such mapping")
        }
        MappingsError::TooLong(_) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The mapping is too long",
        ),
        MappingsError::TooMany => (
            StatusCode::CONFLICT,
            "too-many",
            "Too many mappings are saved",
        ),
        MappingsError::Io { .. } => return unwritten(&detail),
    };
    Problem::new(status, slug, title, detail)
}

fn saved_problem(error: SavedError) -> Problem {
    let detail = error.to_string();
    match error {
        SavedError::Name(_) | SavedError::Owner => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-name",
            "This cannot be a name",
            detail,
        ),
        SavedError::NotYours { .. } => Problem::new(
            StatusCode::FORBIDDEN,
            "not-yours",
            "The token does not allow this",
            detail,
        ),
        SavedError::Missing(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-query",
            "No such query",
            detail,
        ),
        SavedError::TooLong => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The request is too large",
            detail,
        ),
        SavedError::TooMany => Problem::new(
            StatusCode::CONFLICT,
            "too-many",
            "Too many are kept already",
            detail,
        ),
        SavedError::Header { line, message } => Problem {
            line: Some(line),
            ..Problem::new(
                StatusCode::BAD_REQUEST,
                "query-header",
                "The header of the query is not understood",
                message,
            )
        },
        SavedError::Syntax(error) => syntax_problem(error),
        SavedError::Io { .. } => unwritten(&detail),
    }
}

fn dump_problem(error: DumpError) -> Problem {
    let detail = error.to_string();
    match error {
        DumpError::TooLarge(_) => Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "dump-too-large",
            "The dump is too large",
            detail,
        ),
        DumpError::Busy => ApiError::Busy.problem(),
        DumpError::Inexpressible(_) => ApiError::Inexpressible(detail).problem(),
        DumpError::Io { .. } => internal(&detail),
    }
}

fn permalink_problem(error: PermalinkError) -> Problem {
    let detail = error.to_string();
    match error {
        PermalinkError::Missing(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-link",
            "No such link",
            detail,
        ),
        PermalinkError::TooMany { .. } => Problem::new(
            StatusCode::CONFLICT,
            "too-many",
            "Too many are kept already",
            detail,
        ),
        PermalinkError::Damaged { .. } => internal(&detail),
        PermalinkError::Io(_) => unwritten(&detail),
    }
}

/// A file beside the log that the disk did not take.
fn unwritten(detail: &str) -> Problem {
    tracing::error!(%detail, "a file could not be read or written");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "storage",
        "The file could not be read or written",
        "the disk of this service does not answer as it should; nothing was changed".to_owned(),
    )
    .retry_after(30)
}

fn network_problem(error: NetworkError) -> Problem {
    let detail = error.to_string();
    match error {
        NetworkError::NoSuchNetwork { .. } => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-network",
            "No such network",
            detail,
        ),
        NetworkError::NoSuchMetric { .. } => Problem::new(
            StatusCode::BAD_REQUEST,
            "no-such-metric",
            "No such metric",
            detail,
        ),
        NetworkError::NoSuchComputation(_) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-computation",
            "No such computation",
            detail,
        ),
        NetworkError::Definition(DefinitionError::Query(error)) => syntax_problem(error),
        NetworkError::Definition(DefinitionError::Variables(_)) => Problem::new(
            StatusCode::BAD_REQUEST,
            "no-network",
            "The query does not state a network",
            detail,
        ),
        NetworkError::Definition(
            DefinitionError::Header { .. } | DefinitionError::Syntax { .. },
        ) => internal(&detail),
        NetworkError::Filter(error) | NetworkError::Projection(ProjectionError::Filter(error)) => {
            filter_problem(&error)
        }
        NetworkError::Projection(ProjectionError::Store(error)) => store_problem(error),
        NetworkError::Projection(ProjectionError::TooLarge { .. }) => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "network-too-large",
            "The network is too large",
            detail,
        ),
        NetworkError::Projection(ProjectionError::Weight { .. }) => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-weight",
            "A weight is no number",
            detail,
        ),
        NetworkError::Projection(ProjectionError::NoSuchNode(_)) => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-node",
            "No such node",
            detail,
        ),
        NetworkError::Cancelled(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "cancelled",
            "The request was cancelled",
            detail,
        ),
    }
}

fn filter_problem(error: &FilterError) -> Problem {
    let (slug, title) = match error {
        FilterError::UnknownKey(_) => ("unknown-parameter", "Unknown parameter"),
        FilterError::UnknownValue { .. }
        | FilterError::NotADate { .. }
        | FilterError::Reversed { .. }
        | FilterError::NotHere { .. }
        | FilterError::Repeated(_) => ("bad-value", "A parameter has a value that does not fit"),
    };
    Problem::new(StatusCode::BAD_REQUEST, slug, title, error.to_string())
}

fn indicator_problem(error: IndicatorError) -> Problem {
    let detail = error.to_string();
    match error {
        IndicatorError::NoSuchIndicator { .. } => Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-indicator",
            "No such indicator",
            detail,
        ),
        IndicatorError::NotHere { .. } => Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-value",
            "A parameter has a value that does not fit",
            detail,
        ),
        IndicatorError::Store(error) => store_problem(error),
        IndicatorError::Header { .. } | IndicatorError::Syntax { .. } => internal(&detail),
    }
}

fn archive_problem(error: &ArchiveError) -> Problem {
    let status = if error.is_too_large {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    };
    let title = "The archive cannot be used";
    Problem::new(status, "archive", title, error.to_string())
}

fn ingest_problem(error: IngestError) -> Problem {
    let detail = error.to_string();
    match error {
        IngestError::RdfSyntax { line, column, .. } => Problem {
            line,
            column,
            ..Problem::new(
                StatusCode::BAD_REQUEST,
                "data-syntax",
                "The data cannot be parsed",
                detail,
            )
        },
        IngestError::UnknownFormat { .. } => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Unsupported media type",
            detail,
        ),
        IngestError::Import(MappingError::TimedOut) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "timed-out",
            "The time allowed is over",
            detail,
        ),
        IngestError::Import(MappingError::OutOfMemory { .. }) => Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "out-of-memory",
            "The memory of one query is used up",
            detail,
        ),
        IngestError::Import(MappingError::Archive(error)) => archive_problem(&error),
        IngestError::Import(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "import",
            "The tables cannot be imported",
            detail,
        ),
        IngestError::Io { .. } => internal(&detail),
    }
}

/// What was given, what may be meant, and what there is.
fn unknown_parameters(unknown: &[String], known: &[String]) -> String {
    let named = |names: &[String]| {
        let quoted: Vec<String> = names
            .iter()
            .map(|name| format!("`{}`", name.chars().take(60).collect::<String>()))
            .collect();
        quoted.join(", ")
    };
    let hints: Vec<String> = unknown
        .iter()
        .filter_map(|name| nearest(name, known.iter().map(String::as_str)))
        .map(|name| format!("; do you mean `{name}`?"))
        .collect();
    let there_are = match known {
        [] => "it takes none".to_owned(),
        known => format!("there are {}", named(known)),
    };
    format!(
        "this resource has no parameter {}{}; {there_are}",
        named(unknown),
        hints.concat().replace("?;", "?,"),
    )
}

fn syntax_problem(error: SyntaxError) -> Problem {
    Problem {
        line: error.line,
        column: error.column,
        hint: error.hint,
        ..Problem::new(
            StatusCode::BAD_REQUEST,
            "syntax",
            "This is not SPARQL",
            error.message,
        )
    }
}

/// Our own mistake: the log has the cause, the client a plain answer.
fn internal(cause: &str) -> Problem {
    tracing::error!(cause, "internal error");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Internal error",
        "something went wrong here; the log of this service has the cause".to_owned(),
    )
}

/// Problem details, with the headers that belong to them.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    slug: &'static str,
    pub(super) title: &'static str,
    pub(super) detail: String,
    pub(super) line: Option<u64>,
    pub(super) column: Option<u64>,
    pub(super) hint: Option<String>,
    /// The data version that was found, where that is what went wrong.
    data_version: Option<u64>,
    /// What a check found in a write that was refused.
    check: Option<Map<String, Value>>,
    challenge: Option<&'static str>,
    retry_after: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, slug: &'static str, title: &'static str, detail: String) -> Self {
        Self {
            status,
            slug,
            title,
            detail,
            line: None,
            column: None,
            hint: None,
            data_version: None,
            check: None,
            challenge: None,
            retry_after: None,
        }
    }

    /// What is left to say of a status that some layer answered without a body.
    pub(super) fn of_status(status: StatusCode, detail: String) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self::new(status, "http", title, detail)
    }

    fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn to_json(&self) -> Value {
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(format!("{TYPES}{}", self.slug)));
        body.insert("title".to_owned(), json!(self.title));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), json!(self.detail));
        for (name, value) in [("line", self.line), ("column", self.column)] {
            if let Some(value) = value {
                body.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(version) = self.data_version {
            body.insert("dataVersion".to_owned(), json!(version));
        }
        body.extend(self.check.clone().into_iter().flatten());
        if let Some(hint) = &self.hint {
            body.insert("hint".to_owned(), json!(hint));
        }
        Value::Object(body)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.to_json().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if let Some(version) = self.data_version {
            headers.insert(DATA_VERSION, HeaderValue::from(version));
            headers.insert(header::ETAG, version_tag(version));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Kept for the page that a browser gets instead.
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.problem().into_response()
    }
}
