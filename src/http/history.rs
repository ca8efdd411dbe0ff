//! `/api/v1/history`: the course of the headline figures.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::request::{self, Form};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Rows, number};
use crate::app::history::{Headline, Kind, Point, daily};
use crate::app::times;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows of a page if the client does not say how many.
const ROWS: usize = 50_000;

/// The columns of the long shape.
pub(super) const COLUMNS: [&str; 10] = [
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
    "metric", "kind", "since", "until", "interval", "shape", "latest",
];
/// Milliseconds since 1970 have so many digits at least; fewer are a year, or nothing.
const FEWEST_DIGITS: usize = 11;

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
    /// Only the newest point of each figure.
    is_latest: bool,
    listing: Listing,
}

impl Asked {
    fn of(form: &Form) -> Result<Self, ApiError> {
        form.only(&[&PARAMETERS[..], &Listing::KEYS].concat())?;
        let metrics = form.all("metric").flat_map(|text| text.split(','));
        let kind = match given(form, "kind")? {
            None => None,
            Some(name) => {
                let kinds = [Kind::Summary, Kind::Network, Kind::Integration];
                let known = kinds.into_iter().find(|kind| kind.name() == name);
                Some(known.ok_or_else(|| unfit("kind", name, "summary, network or integration"))?)
            }
        };
        let (since, until) = (end(form, "since", false)?, end(form, "until", true)?);
        if let (Some((since, begin)), Some((until, end))) = (since, until)
            && begin > end
        {
            return Err(ApiError::BadRequest(format!(
                "`since`: `{since}` is later than `until`: `{until}`; exchange them, or leave one \
                 out"
            )));
        }
        Ok(Self {
            metrics: metrics
                .map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
                .collect(),
            kind,
            since: since.map(|(_, time)| time),
            until: until.map(|(_, time)| time),
            is_daily: one_of(form, "interval", ["version", "day"])?,
            is_wide: one_of(form, "shape", ["long", "wide"])?,
            is_latest: form.switch("latest")?,
            listing: Listing::of(form)?,
        })
    }
}

fn given<'a>(form: &'a Form, name: &str) -> Result<Option<&'a str>, ApiError> {
    Ok(form.one(name)?.filter(|text| !text.is_empty()))
}

/// One end of a time: as it is written, and the moment that it is.
fn end<'a>(
    form: &'a Form,
    name: &str,
    is_end: bool,
) -> Result<Option<(&'a str, Timestamp)>, ApiError> {
    let text = given(form, name)?;
    text.map(|text| Ok((text, instant(name, text, is_end)?)))
        .transpose()
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

/// A moment: a date and time with a zone; a day, month or year (its beginning or its end, in UTC);
/// or, as dashboards write it, milliseconds since 1970.
fn instant(name: &str, text: &str, is_end: bool) -> Result<Timestamp, ApiError> {
    let wrong = || {
        unfit(
            name,
            text,
            "a year (2026), a month (2026-01), a day (2026-01-31), a time with its zone \
             (2026-01-31T12:00:00Z) or milliseconds since 1970",
        )
    };
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() >= FEWEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let milliseconds = text.parse().map_err(|_| wrong())?;
        return Timestamp::from_millisecond(milliseconds).map_err(|_| wrong());
    }
    if let Some(days) = days(text) {
        let time = match is_end {
            true => days[1].at(23, 59, 59, 999_999_999),
            false => days[0].at(0, 0, 0, 0),
        };
        let zoned = time.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
        return Ok(zoned.timestamp());
    }
    // A `+` of a zone that was not escaped arrives as a space.
    let with_zone = text
        .rsplit_once(' ')
        .map(|(time, zone)| format!("{time}+{zone}"));
    let read = |text: &str| text.parse::<Timestamp>().ok();
    if let Some(time) = read(text).or_else(|| read(&with_zone?)) {
        return Ok(time);
    }
    match text.parse::<DateTime>() {
        Ok(time) if text.len() > 10 => Err(ApiError::BadRequest(format!(
            "`{name}`: `{text}` has no zone; write it with one, as in {}Z (UTC) or {}%2B01:00",
            time.strftime("%Y-%m-%dT%H:%M:%S"),
            time.strftime("%Y-%m-%dT%H:%M:%S"),
        ))),
        _ => Err(wrong()),
    }
}

/// The first and last day of a year, a month or a day.
fn days(text: &str) -> Option<[Date; 2]> {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return None;
    }
    match text.len() {
        4 => {
            let first = Date::new(text.parse().ok()?, 1, 1).ok()?;
            Some([first, first.last_of_year()])
        }
        7 => {
            let (year, month) = text.split_once('-').filter(|(year, _)| year.len() == 4)?;
            let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
            Some([first, first.last_of_month()])
        }
        10 => {
            let day: Date = text.parse().ok()?;
            Some([day; 2])
        }
        _ => None,
    }
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
    let page = asked.listing.page();
    let usual = rows::usual_rows(format.format, ROWS);
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let (text, total) = state
        .blocking(move |_| {
            let mut rows = table(&asked, points, &labels);
            // By time they come already, and those of one time in the order of their versions.
            if asked.listing.sort().is_some_and(|(name, _)| name != "time") {
                rows.order(&asked.listing)?;
            }
            let total = rows.keep_range(page.window(usual));
            Ok((rows.text(format.format, &about)?, total))
        })
        .await?;
    let response = reading.respond(format, text);
    let window = (page, Some(usual));
    Ok(rows::listed(response, &headers, &uri, &form, window, total))
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
    if asked.is_latest && asked.is_wide {
        points = points.pop().into_iter().collect();
    }
    if asked.is_latest || asked.listing.sort() == Some(("time", true)) {
        points.reverse();
    }
    let is_wanted = |figure: &&Headline| {
        asked.kind.is_none_or(|kind| kind == figure.kind)
            && (asked.metrics.is_empty() || asked.metrics.iter().any(|id| **id == *figure.metric))
    };
    if asked.is_wide {
        return wide(&points, &asked.metrics, is_wanted);
    }
    let mut rows = Rows::new(COLUMNS).with_times(["time"]);
    let mut told = BTreeSet::new();
    for point in &points {
        for figure in point.figures.iter().filter(is_wanted) {
            let key = (figure.kind, figure.metric.to_string());
            if asked.is_latest && !told.insert(key.clone()) {
                continue;
            }
            let of = |at: usize| match figure.of {
                // What cannot be judged is told in any case.
                Some(of) if at == 2 || makes(figure, of) => number(of[at]),
                _ => Value::Null,
            };
            rows.push([
                json!(times::written(point.time)),
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

/// Whether the parts of a figure make its value: points of before have other numbers beside some.
fn makes(figure: &Headline, [numerator, denominator, _]: [f64; 3]) -> bool {
    match figure.value {
        Ok(value) => crate::app::integration::is_quotient(value, numerator, denominator),
        Err(_) => true,
    }
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
    )
    .with_times(["time"]);
    for point in points {
        let mut values: BTreeMap<&str, Value> = BTreeMap::new();
        for figure in point.figures.iter().filter(&is_wanted) {
            let value = figure.value.as_ref();
            values
                .entry(figure.metric.as_ref())
                .or_insert_with(|| value.map_or(Value::Null, |value| number(*value)));
        }
        let mut row = vec![json!(times::written(point.time)), json!(point.version)];
        row.extend(
            columns
                .iter()
                .map(|id| values.remove(id.as_str()).unwrap_or_default()),
        );
        rows.push(row);
    }
    rows
}
