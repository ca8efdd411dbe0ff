//! What stands around every page: its language, its place among the others, its addresses.

use super::assets;
use super::texts::{COOKIE, Language, PARAMETER};
use crate::http::AppState;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use fluent_bundle::{FluentArgs, FluentValue};
use std::borrow::Borrow;
use std::convert::Infallible;

/// A page of the main navigation: its address, the name of its text, and what the addresses below
/// it begin with.
const SECTIONS: [(&str, &str, &[&str]); 9] = [
    ("/explore", "nav-explore", &["/explore", "/id", "/resource"]),
    ("/networks", "nav-networks", &["/networks", "/scenarios"]),
    ("/integration", "nav-integration", &["/integration"]),
    ("/queries", "nav-queries", &["/queries", "/api/v1/queries"]),
    ("/sparql", "nav-sparql", &["/sparql"]),
    ("/ontology", "nav-ontology", &["/ontology", "/ns", "/code"]),
    (
        "/partners",
        "nav-partners",
        &[
            "/partners",
            "/catalogue",
            "/graph",
            "/api/v1/check",
            "/api/v1/graphs",
            "/api/v1/import",
        ],
    ),
    ("/docs", "nav-api", &["/docs"]),
    ("/help", "nav-help", &["/help"]),
];

/// The frame of a page. Each template has one as `shell`.
#[derive(Clone, Debug)]
pub(in crate::http) struct Shell {
    /// The language of the page.
    pub(in crate::http) language: Language,
    here: String,
}

/// A whole number that is not negative, by itself or by reference: templates hand over both.
pub(in crate::http) trait Count {
    /// The number.
    fn count(&self) -> u64;
}

macro_rules! counts {
    ($($kind:ty),*) => {$(
        impl Count for $kind {
            fn count(&self) -> u64 {
                u64::try_from(*self).unwrap_or_default()
            }
        }
    )*};
}
counts!(u16, u32, u64, usize, i32, i64);

impl<T: Count> Count for &T {
    fn count(&self) -> u64 {
        (**self).count()
    }
}

/// An entry of the main navigation.
pub(in crate::http) struct Entry {
    /// Where it leads.
    pub(in crate::http) href: &'static str,
    /// What it is called.
    pub(in crate::http) text: String,
    /// Whether the page belongs to it.
    pub(in crate::http) is_here: bool,
}

impl Shell {
    /// The frame of the page at an address for whoever sends these headers.
    pub(in crate::http) fn new(uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            language: Language::of_headers(headers),
            here: uri
                .path_and_query()
                .map_or("/", PathAndQuery::as_str)
                .to_owned(),
        }
    }

    /// What tells its page from the same page in another language; for the tag of a page.
    pub(in crate::http) fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// A text.
    pub(in crate::http) fn t(&self, name: &str) -> String {
        self.language.text(name, None)
    }

    /// A text about a number, `$n`; `$number` is the number as it is written.
    pub(in crate::http) fn n(&self, name: &str, n: impl Count) -> String {
        let n = n.count();
        let mut arguments = FluentArgs::new();
        arguments.set("n", FluentValue::from(n));
        arguments.set("number", FluentValue::from(self.whole(n)));
        self.language.text(name, Some(&arguments))
    }

    /// A text with values. Templates hand over an array of pairs.
    pub(in crate::http) fn with(&self, name: &str, values: &[(&str, &str)]) -> String {
        let arguments: FluentArgs<'_> = values
            .iter()
            .map(|(name, value)| (*name, FluentValue::from(*value)))
            .collect();
        self.language.text(name, Some(&arguments))
    }

    /// A whole number as the language writes it.
    pub(in crate::http) fn whole(&self, number: impl Count) -> String {
        self.language.whole(number.count())
    }

    /// A number with so many digits after the mark.
    pub(in crate::http) fn decimal(&self, number: impl Borrow<f64>, digits: usize) -> String {
        self.language.decimal(*number.borrow(), digits)
    }

    /// A share as a percentage.
    pub(in crate::http) fn percent(&self, share: impl Borrow<f64>) -> String {
        self.language.percent(*share.borrow())
    }

    /// Where a file of `src/http/static` is to be had.
    pub(in crate::http) fn asset(&self, path: &str) -> String {
        assets::href(path)
    }

    /// Where the reference to this page is.
    pub(in crate::http) fn cite(&self) -> String {
        crate::http::cite::href(&self.here)
    }

    /// The main navigation.
    pub(in crate::http) fn sections(&self) -> Vec<Entry> {
        let path = self.here.split('?').next().unwrap_or_default();
        SECTIONS
            .iter()
            .map(|(href, name, begins)| Entry {
                href,
                text: self.t(name),
                is_here: begins.iter().any(|begin| {
                    path.strip_prefix(begin)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
                }),
            })
            .collect()
    }

    /// The other languages: their tags, their names in themselves, and this page in them.
    pub(in crate::http) fn languages(&self) -> Vec<(&'static str, &'static str, String)> {
        let mark = if self.here.contains('?') { '&' } else { '?' };
        Language::ALL
            .into_iter()
            .filter(|language| *language != self.language)
            .map(|language| {
                let href = format!("{}{mark}{PARAMETER}={}", self.here, language.tag());
                (language.tag(), language.name(), href)
            })
            .collect()
    }
}

/// Takes out of the address of a page what newsletters and the like add to see who comes from
/// where: no page has use for it, and a visitor is not to be refused for it.
fn forget_campaign(request: &mut Request) {
    let is_campaign = |pair: &&str| pair.starts_with("utm_");
    let wants_page = request.headers().get(header::ACCEPT).is_some_and(|value| {
        let value = value.to_str().unwrap_or_default();
        value.contains("text/html")
    });
    let Some(query) = request.uri().query().filter(|_| wants_page) else {
        return;
    };
    if !query.split('&').any(|pair| is_campaign(&pair)) {
        return;
    }
    let rest: Vec<_> = query.split('&').filter(|pair| !is_campaign(pair)).collect();
    let path = request.uri().path();
    let address = match rest.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", rest.join("&")),
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(address) = address.parse() {
        parts.path_and_query = Some(address);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
}

impl FromRequestParts<AppState> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self::new(&parts.uri, &parts.headers))
    }
}

/// An address without the parameter that chooses the language.
pub(in crate::http) fn without_language(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else {
        return address.to_owned();
    };
    let begin = format!("{PARAMETER}=");
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with(&begin))
        .collect();
    match rest.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", rest.join("&")),
    }
}

/// Takes the language out of an address, so that no handler needs to know of it, and has the
/// browser remember it.
pub(in crate::http) async fn choose_language(mut request: Request, next: Next) -> Response {
    forget_campaign(&mut request);
    let begin = format!("{PARAMETER}=");
    let Some(query) = request.uri().query().filter(|query| query.contains(&begin)) else {
        return next.run(request).await;
    };
    let chosen = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix(&begin))
        .find_map(Language::of_tag);
    let address = without_language(&format!("{}?{query}", request.uri().path()));
    let mut parts = request.uri().clone().into_parts();
    let Some(language) = chosen else {
        return next.run(request).await;
    };
    if let Ok(address) = address.parse() {
        parts.path_and_query = Some(address);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    let cookie = format!("{COOKIE}={}", language.tag());
    let lasting = format!("{cookie}; Path=/; Max-Age=31536000; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        // As if it had been chosen before.
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    let mut response = next.run(request).await;
    if let Ok(cookie) = HeaderValue::try_from(lasting) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_its_place_and_itself_in_other_languages() {
        let uri: Uri = "/networks/collaboration?sector=health".parse().unwrap();
        let shell = Shell::new(&uri, &HeaderMap::new());
        let here: Vec<_> = shell
            .sections()
            .into_iter()
            .filter(|entry| entry.is_here)
            .map(|entry| entry.href)
            .collect();
        assert_eq!(here, ["/networks"]);
        let (tag, name, href) = shell.languages().remove(0);
        assert_eq!((tag, name), ("es", "Español"));
        assert_eq!(href, "/networks/collaboration?sector=health&uilang=es");
    }
}
