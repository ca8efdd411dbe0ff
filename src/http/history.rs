//! `/api/v1/history`: the course of the headline figures.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::request::{self, Form};
use super::respond::{Reading, TOTAL_COUNT};
use super::rows::{self, FORMATS, Page, Rows, number};
use crate::app::history::{Headline, Kind, Point, daily};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::get;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows of a page if the client does not say how many.
const ROWS: usize = 50_000;

const COLUMNS: [&str; 10] = [
    "time",
    "dataVersion",
    "metric",
    "value",
    "undefined",
    "numerator",
    "denominator",
    "unknown",
    "kind",
    "label",
];

const PARAMETERS: [&str; 7] = [
    "metric", "kind", "since", "until", "interval", "shape", "sort",
];

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/history", get(history))
}

/// What a client wants to see.
struct Asked {
    metrics: Vec<String>,
    kind: Option<Kind>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    is_daily: bool,
    is_wide: bool,
    newest_first: bool,
    page: Page,
}

impl Asked {
    fn of(form: &Form) -> Result<Self, ApiError> {
        form.only(&[&PARAMETERS[..], &Page::KEYS].concat())?;
        let metrics = form.all("metric").flat_map(|text| text.split(','));
        let kind = match given(form, "kind")? {
            None => None,
            Some(name) => {
                let kinds = [Kind::Summary, Kind::Network, Kind::Integration];
                let known = kinds.into_iter().find(|kind| kind.name() == name);
                Some(known.ok_or_else(|| unfit("kind", name, "summary, network or integration"))?)
            }
        };
        Ok(Self {
            metrics: metrics
                .map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
                .collect(),
            kind,
            since: given(form, "since")?
                .map(|text| instant("since", text, false))
                .transpose()?,
            until: given(form, "until")?
                .map(|text| instant("until", text, true))
                .transpose()?,
            is_daily: one_of(form, "interval", ["version", "day"])?,
            is_wide: one_of(form, "shape", ["long", "wide"])?,
            newest_first: one_of(form, "sort", ["time", "-time"])?,
            page: Page::of(form)?,
        })
    }
}

fn given<'a>(form: &'a Form, name: &str) -> Result<Option<&'a str>, ApiError> {
    Ok(form.one(name)?.filter(|text| !text.is_empty()))
}

fn unfit(name: &str, text: &str, expected: &str) -> ApiError {
    ApiError::BadRequest(format!("`{name}`: `{text}` is not {expected}"))
}

/// Whether a parameter has the second of two values; it has the first if it is not there.
fn one_of(form: &Form, name: &str, values: [&str; 2]) -> Result<bool, ApiError> {
    match given(form, name)? {
        None => Ok(false),
        Some(text) if text == values[0] => Ok(false),
        Some(text) if text == values[1] => Ok(true),
        Some(text) => Err(unfit(name, text, &values.join(" or "))),
    }
}

/// A moment: a date and time with a zone, a day (its beginning or its end), or, as dashboards write
/// it, milliseconds since 1970.
fn instant(name: &str, text: &str, is_end: bool) -> Result<Timestamp, ApiError> {
    let wrong = || {
        unfit(
            name,
            text,
            "a day (2026-01-31) or a time with its zone (2026-01-31T12:00:00Z)",
        )
    };
    if let Ok(milliseconds) = text.parse() {
        return Timestamp::from_millisecond(milliseconds).map_err(|_| wrong());
    }
    // A `+` of a zone that was not escaped arrives as a space.
    let text = text.replace(' ', "+");
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    let time = if is_end {
        day.at(23, 59, 59, 999_999_999)
    } else {
        day.at(0, 0, 0, 0)
    };
    let zoned = time.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
    Ok(zoned.timestamp())
}

/// `GET /api/v1/history`: the headline figures of each version of the data, or of each day.
async fn history(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    let asked = Asked::of(&form)?;
    // A wrong token is told so here as everywhere; the points are what everybody may see.
    let snapshot = request::snapshot(&state, &headers)?;
    let points = state.graph().history_points()?;
    let labels = labels(&state, &points, &asked.metrics)?;
    // Points come some seconds after their versions, and may go or change when something becomes
    // private or public.
    let newest = points
        .last()
        .map(|point| blake3::hash(format!("{point:?}").as_bytes()).to_hex());
    let what = [
        "history",
        format.content_type,
        uri.query().unwrap_or_default(),
        &points.len().to_string(),
        newest.as_ref().map_or("", |hash| hash.as_str()),
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let window = asked.page.window(ROWS);
    let until = window.end;
    let (text, total) = state
        .blocking(move |_| {
            let mut rows = table(&asked, points, &labels);
            let total = rows.keep_range(window);
            Ok((rows.text(format.format)?, total))
        })
        .await?;
    let mut response = reading.respond(format, text);
    let answer = response.headers_mut();
    answer.insert(TOTAL_COUNT, HeaderValue::from(total));
    if until < total {
        let next = next_page(&headers, &uri, &form, until);
        if let Ok(link) = HeaderValue::try_from(next) {
            answer.append(header::LINK, link);
        }
    }
    Ok(response)
}

fn next_page(headers: &HeaderMap, uri: &Uri, form: &Form, offset: usize) -> String {
    let mut next = format!("<{}{}?", request::origin(headers, uri), uri.path());
    for (name, value) in form.pairs().filter(|(name, _)| *name != "offset") {
        next.push_str(name);
        next.push('=');
        next.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        next.push('&');
    }
    format!("{next}offset={offset}>; rel=\"next\"")
}

/// The names of figures by their ids; refuses ids that no point has and none will have.
fn labels(
    state: &AppState,
    points: &[Arc<Point>],
    wanted: &[String],
) -> Result<BTreeMap<(Kind, String), String>, ApiError> {
    let catalogue = state.graph().headline_catalogue();
    for id in wanted {
        let is_now = catalogue.iter().any(|(_, known, _)| known == id);
        // One that there was in an earlier ontology.
        let was_once = || {
            let figures = points.iter().flat_map(|point| point.figures.iter());
            figures.into_iter().any(|figure| *figure.metric == **id)
        };
        if !is_now && !was_once() {
            let known: Vec<&str> = catalogue.iter().map(|(_, id, _)| id.as_str()).collect();
            return Err(ApiError::BadRequest(format!(
                "`metric`: the history has no `{id}`; it has {}",
                known.join(", ")
            )));
        }
    }
    let labels = catalogue.into_iter();
    Ok(labels
        .map(|(kind, id, label)| ((kind, id), label))
        .collect())
}

fn table(
    asked: &Asked,
    points: Vec<Arc<Point>>,
    labels: &BTreeMap<(Kind, String), String>,
) -> Rows {
    let is_within = |point: &Arc<Point>| {
        asked.since.is_none_or(|since| since <= point.time)
            && asked.until.is_none_or(|until| point.time <= until)
    };
    let mut points: Vec<Arc<Point>> = points.into_iter().filter(is_within).collect();
    if asked.is_daily {
        points = daily(&points);
    }
    if asked.newest_first {
        points.reverse();
    }
    let is_wanted = |figure: &&Headline| {
        asked.kind.is_none_or(|kind| kind == figure.kind)
            && (asked.metrics.is_empty() || asked.metrics.iter().any(|id| **id == *figure.metric))
    };
    if asked.is_wide {
        return wide(&points, &asked.metrics, is_wanted);
    }
    let mut rows = Rows::new(COLUMNS);
    for point in &points {
        for figure in point.figures.iter().filter(is_wanted) {
            let key = (figure.kind, figure.metric.to_string());
            let of = |at: usize| figure.of.map_or(Value::Null, |of| number(of[at]));
            rows.push([
                json!(time_of(point)),
                json!(point.version),
                json!(key.1),
                figure
                    .value
                    .as_ref()
                    .map_or(Value::Null, |value| number(*value)),
                json!(figure.value.as_ref().err().map(AsRef::<str>::as_ref)),
                of(0),
                of(1),
                of(2),
                json!(figure.kind.name()),
                json!(labels.get(&key).unwrap_or(&key.1)),
            ]);
        }
    }
    rows
}

/// Always with three digits of the second: there are readers that take no other number of them.
fn time_of(point: &Point) -> String {
    point.time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// One row a point and one column a figure; of two figures of one id the first.
fn wide(points: &[Arc<Point>], wanted: &[String], is_wanted: impl Fn(&&Headline) -> bool) -> Rows {
    let mut columns: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    // Columns are those that were asked for, in that order, or those of the points.
    let of_points = points.iter().flat_map(|point| point.figures.iter());
    let ids = wanted.iter().map(String::as_str).chain(
        of_points
            .filter(&is_wanted)
            .map(|figure| figure.metric.as_ref()),
    );
    for id in ids {
        if known.insert(id) {
            columns.push(id.to_owned());
        }
    }
    let mut rows = Rows::new(
        ["time", "dataVersion"]
            .into_iter()
            .map(str::to_owned)
            .chain(columns.iter().cloned()),
    );
    for point in points {
        let mut values: BTreeMap<&str, Value> = BTreeMap::new();
        for figure in point.figures.iter().filter(&is_wanted) {
            let value = figure.value.as_ref();
            values
                .entry(figure.metric.as_ref())
                .or_insert_with(|| value.map_or(Value::Null, |value| number(*value)));
        }
        let mut row = vec![json!(time_of(point)), json!(point.version)];
        row.extend(
            columns
                .iter()
                .map(|id| values.remove(id.as_str()).unwrap_or_default()),
        );
        rows.push(row);
    }
    rows
}
